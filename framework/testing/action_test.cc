// SPDX-License-Identifier: MIT
#include "cardcage/testing/action.h"

#include <random>
#include <set>

#include "cardcage/device.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace {

using cardcage::testing::Action;
using cardcage::testing::AsCode;
using cardcage::testing::ChooseAction;
using cardcage::testing::Do;
using cardcage::testing::TestCage;
using Kind = Action::Kind;

struct TalkerConfig {
  cardcage::CharLink line;
};

// Two registers, an input, an output and a line.
class Talker {
 public:
  using Config = TalkerConfig;
  explicit Talker(const Config& config) : config_(config) {}
  void Reset() { sent_ = 0; }
  uint16_t Sent() const { return sent_; }
  void Send(uint16_t value) {
    sent_ = value;
    config_.line.Write(static_cast<uint8_t>(value));
  }
  uint8_t Other() const { return 0; }
  void OnPin(uint32_t /*input*/, bool level) { sent_ = level ? 1 : 0; }
  bool High() const { return sent_ == 1; }

 private:
  const Config config_;
  uint16_t sent_ = 0;
};

constexpr const char* kPins[] = {"pin"};
constexpr cardcage::Declaration kTalker{
    cardcage::Type<Talker>("talker", "sends what it is given"),
    cardcage::Param<&TalkerConfig::line>("line", {.doc = "to the host"}),
    cardcage::Port<&Talker::Sent, &Talker::Send>("SENT"),
    cardcage::Port<&Talker::Other, nullptr>("OTHER"),
    cardcage::Inputs<&Talker::OnPin>(kPins),
    cardcage::Output<&Talker::High>("irq"),
};

}  // namespace

CARDCAGE_PLUGIN("talker", "1.0.0", "MIT", kTalker);

namespace {

class ActionTest : public ::testing::Test {
 protected:
  std::string Code(const Action& action) const { return AsCode(action, cage_.type()); }
  TestCage cage_{cardcage_plugin_entry, "talker"};
};

TEST_F(ActionTest, DoingItTellsAllThatCanBeSeen) {
  EXPECT_EQ(Do(cage_, {.kind = Kind::kWrite, .size = 2, .value = 0x6f}), "; irq low; 6f");
  EXPECT_EQ(Do(cage_, {.kind = Kind::kRead, .size = 2}), "0x6f; irq low");
  EXPECT_EQ(Do(cage_, {.kind = Kind::kInput, .value = 1}), "; irq high");
  EXPECT_EQ(Do(cage_, {.kind = Kind::kReadMany, .size = 2, .count = 3}), "1 1 1; irq high");
  EXPECT_EQ(Do(cage_, {.kind = Kind::kWriteMany, .size = 2, .value = 0x70, .count = 2}),
            "; irq low; 7070");
  EXPECT_EQ(Do(cage_, {.kind = Kind::kReset}), "; irq low");
  EXPECT_EQ(Do(cage_, {.kind = Kind::kWrite, .size = 2, .value = 1}, /*with_output=*/false),
            "; irq high");
}

TEST_F(ActionTest, CodeIsALineOfATest) {
  EXPECT_EQ(Code({.kind = Kind::kWrite, .size = 2, .value = 0x6f}),
            "cage.WriteRegion(0, 0, 0x6f, 2);  // SENT");
  EXPECT_EQ(Code({.kind = Kind::kRead, .where = 1}), "cage.ReadRegion(1, 0);  // OTHER");
  EXPECT_EQ(Code({.kind = Kind::kRead, .where = 1, .offset = 1}), "cage.ReadRegion(1, 1);");
  EXPECT_EQ(Code({.kind = Kind::kReadMany, .size = 2, .count = 3}),
            "cage.ReadManyOfRegion(0, 0, 3, 2);  // SENT");
  EXPECT_EQ(Code({.kind = Kind::kWriteMany, .size = 2, .value = 7, .count = 3}),
            "cage.WriteManyToRegion(0, 0, std::vector<uint64_t>(3, 7), 2);  // SENT");
  EXPECT_EQ(Code({.kind = Kind::kAdvance, .value = 1500}), "cage.Advance(1500);");
  EXPECT_EQ(Code({.kind = Kind::kInput, .value = 1}), "cage.SetInput(\"pin\", true);");
  EXPECT_EQ(Code({.kind = Kind::kType, .value = 'a', .count = 2}),
            "cage.console().Type(std::string(2, '\\x61'));");
  EXPECT_EQ(Code({.kind = Kind::kMakeRoom, .count = UINT32_MAX}),
            "cage.console().MakeRoom(SIZE_MAX);");
}

TEST_F(ActionTest, ByChanceAllKindsAreChosenThatTheDeviceHasAPlaceFor) {
  std::mt19937_64 random(1);
  std::set<Kind> kinds;
  std::set<std::pair<uint32_t, uint64_t>> places;
  unsigned whole = 0;  // accesses of SENT as it is declared
  for (unsigned i = 0; i < 10'000; ++i) {
    const Action action = ChooseAction(cage_, [&random] { return random(); });
    kinds.insert(action.kind);
    if (action.kind == Kind::kRead || action.kind == Kind::kWrite) {
      places.insert({action.where, action.offset});
      EXPECT_LE(action.value, ~uint64_t{0} >> (64 - 8 * action.size));
      whole += action.where == 0 && action.offset == 0 && action.size == 2 ? 1 : 0;
    }
    Do(cage_, action);
  }
  EXPECT_EQ(kinds.size(), 11u) << "all but an acknowledge, as it is no interrupt controller";
  EXPECT_FALSE(kinds.contains(Kind::kAcknowledge));
  EXPECT_EQ(places,
            (std::set<std::pair<uint32_t, uint64_t>>{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}}))
      << "a byte behind the end of each, too";
  EXPECT_GT(whole, 1500u);
}

TEST_F(ActionTest, ByTheSameNumbersItIsTheSame) {
  for (uint64_t number = 0; number < 1000; ++number) {
    const auto choose = [&number] { return number; };
    EXPECT_EQ(ChooseAction(cage_, choose), ChooseAction(cage_, choose));
  }
}

}  // namespace
