// SPDX-License-Identifier: MIT
#include "cardcage/testing/device_test.h"

#include <optional>
#include <sstream>

#include "cardcage/bits.h"
#include "cardcage/device.h"

namespace {

using namespace std::chrono_literals;
using cardcage::testing::DeviceTest;
using cardcage::testing::FieldIs;
using cardcage::testing::HasBits;
using cardcage::testing::LacksBits;
using cardcage::testing::RegisterValue;
using cardcage::testing::TestEngine;
using ::testing::Lt;
using ::testing::Not;

struct Ctrl : cardcage::Bits<Ctrl, uint32_t> {
  using Bits::Bits;
  static constexpr Field kLevel{7, 4, "LEVEL"};
  static constexpr Bit kBlinks{1, "BLINK"};
  static constexpr Bit kOn{0, "ON"};
  static constexpr Field kFields[] = {kLevel, kBlinks, kOn};
};

struct LampConfig {
  uint8_t level = 3;
  cardcage::CharLink line;
};

// A lamp that blinks, tells its line what it is told there, and has a register that is not saved.
class Lamp {
 public:
  using Config = LampConfig;
  Lamp(const Config& config, cardcage::Host host) : config_(config), host_(host) { Reset(); }
  void Reset() {
    ctrl_ = Ctrl();
    ctrl_.Put(Ctrl::kLevel, config_.level);
    blink_.reset();
    forgotten_ = 0;
  }
  Ctrl ReadCtrl() const { return ctrl_; }
  void WriteCtrl(Ctrl ctrl) {
    ctrl_ = ctrl;
    blink_.reset();
    if (ctrl.Test(Ctrl::kBlinks)) blink_ = host_.Now() + 1'000'000;
  }
  uint32_t ReadForgotten() const { return forgotten_; }
  void WriteForgotten(uint32_t value) { forgotten_ = value; }
  void Ready() {
    uint8_t byte = 0;
    while (config_.line.Read(byte)) config_.line.Write(byte);
  }
  std::optional<uint64_t> Blink() const { return blink_; }
  void OnBlink() {
    ctrl_.Set(Ctrl::kOn, !ctrl_.Test(Ctrl::kOn));
    *blink_ += 1'000'000;
  }
  void OnSwitch(uint32_t /*input*/, bool level) { ctrl_.Set(Ctrl::kOn, level); }
  bool Shines() const { return ctrl_.Test(Ctrl::kOn); }
  template <class Archive>
  void State(Archive& archive) {
    archive("ctrl", ctrl_);
    archive("blink", blink_);
  }

 private:
  const Config config_;
  const cardcage::Host host_;
  Ctrl ctrl_;
  std::optional<uint64_t> blink_;
  uint32_t forgotten_ = 0;
};

constexpr const char* kSwitch[] = {"switch"};
constexpr cardcage::Declaration kLamp{
    cardcage::Type<Lamp>("lamp", "shines"),
    cardcage::Param<&LampConfig::level>("level", {.doc = "after reset"}),
    cardcage::Param<&LampConfig::line>("line", {.doc = "echoed"}),
    cardcage::Registers("registers", {.space = cardcage::Space::kEither, .size = 8},
                        cardcage::Register<&Lamp::ReadCtrl, &Lamp::WriteCtrl>(0, "CTRL"),
                        cardcage::Register<&Lamp::ReadForgotten, &Lamp::WriteForgotten>(4, "LOST")),
    cardcage::Timer<&Lamp::Blink, &Lamp::OnBlink>(),
    cardcage::Output<&Lamp::Shines>("light"),
    cardcage::Inputs<&Lamp::OnSwitch>(kSwitch),
};

}  // namespace

CARDCAGE_PLUGIN("lamp", "1.0.0", "MIT", kLamp);

namespace {

// The fixture is the same on each engine, with ports and in memory.
struct Where {
  TestEngine engine;
  bool in_memory;
};

class DeviceTestTest : public DeviceTest, public ::testing::WithParamInterface<Where> {
 protected:
  DeviceTestTest()
      : DeviceTest(cardcage_plugin_entry, "lamp", {},
                   {.in_memory = GetParam().in_memory, .engine = GetParam().engine}) {}

  // What a person reads where this matcher fails.
  template <class Matcher>
  static std::string Explain(const Matcher& matcher, const RegisterValue& value) {
    ::testing::StringMatchResultListener listener;
    const ::testing::Matcher<RegisterValue> whole(matcher);
    whole.MatchAndExplain(value, &listener);
    std::ostringstream said;
    whole.DescribeTo(&said);
    return said.str() + " | " + ::testing::PrintToString(value) + ", " + listener.str();
  }
};

std::string NameOf(const ::testing::TestParamInfo<Where>& test) {
  constexpr const char* kNames[] = {"none", "soft", "kvm"};
  return std::string(kNames[static_cast<int>(test.param.engine)]) +
         (test.param.in_memory ? "_memory" : "_port");
}
INSTANTIATE_TEST_SUITE_P(
    Engines, DeviceTestTest,
    ::testing::Values(Where{TestEngine::kNone, false}, Where{TestEngine::kNone, true},
                      Where{TestEngine::kSoft, false}, Where{TestEngine::kSoft, true},
                      Where{TestEngine::kKvm, false}, Where{TestEngine::kKvm, true}),
    NameOf);

TEST_P(DeviceTestTest, RegistersAreReadAndWrittenByTheirNames) {
  EXPECT_EQ(ReadReg("CTRL"), 0x30u);
  WriteReg("CTRL", 0x51);
  WriteReg("registers.LOST", 0x12345678);
  EXPECT_EQ(ReadReg("CTRL"), 0x51u);
  EXPECT_EQ(PeekReg("LOST"), 0x12345678u);
  EXPECT_EQ(cage().unclaimed(), 0u);
}

TEST_P(DeviceTestTest, BitsAreWrittenByTheirNames) {
  WriteReg("CTRL", {"ON", "BLINK"});
  EXPECT_EQ(ReadReg("CTRL"), 0x3u);
  WriteReg("CTRL", {});
  EXPECT_EQ(ReadReg("CTRL"), 0u);
}

TEST_P(DeviceTestTest, MatchersLookAtFields) {
  WriteReg("CTRL", 0x51);
  EXPECT_THAT(ReadReg("CTRL"), HasBits("ON"));
  EXPECT_THAT(ReadReg("CTRL"), HasBits("ON", "LEVEL"));
  EXPECT_THAT(ReadReg("CTRL"), Not(HasBits("ON", "BLINK")));
  EXPECT_THAT(ReadReg("CTRL"), LacksBits("BLINK"));
  EXPECT_THAT(ReadReg("CTRL"), Not(LacksBits("BLINK", "ON")));
  EXPECT_THAT(ReadReg("CTRL"), FieldIs("LEVEL", 5));
  EXPECT_THAT(ReadReg("CTRL"), FieldIs("LEVEL", Lt(6u)));
}

TEST_P(DeviceTestTest, FailureShowsTheRegisterWithItsFields) {
  WriteReg("CTRL", 0x51);
  const RegisterValue ctrl = ReadReg("CTRL");
  EXPECT_EQ(Explain(HasBits("ON", "BLINK"), ctrl),
            "has ON, BLINK | CTRL 0x00000051 (LEVEL 5, ON), whose BLINK is 0");
  EXPECT_EQ(Explain(LacksBits("LEVEL", "ON"), ctrl),
            "lacks LEVEL, ON | CTRL 0x00000051 (LEVEL 5, ON), whose LEVEL is 5, whose ON is 1");
  EXPECT_EQ(
      Explain(FieldIs("LEVEL", 4), ctrl),
      "has a field LEVEL that is equal to 4 | CTRL 0x00000051 (LEVEL 5, ON), whose LEVEL is 5");
  EXPECT_EQ(Explain(HasBits("OFF"), ctrl),
            "has OFF | CTRL 0x00000051 (LEVEL 5, ON), but CTRL has no field `OFF`; it has: LEVEL, "
            "BLINK, ON");
  EXPECT_EQ(::testing::PrintToString(ReadReg("LOST")), "LOST 0x00000000");
}

TEST_P(DeviceTestTest, TimePassesByWayOfItsTimers) {
  WriteReg("CTRL", 0x2);
  Advance(999us);
  EXPECT_FALSE(line().level());
  Advance(1us);
  EXPECT_TRUE(line("light").level());
  Advance(10ms);
  EXPECT_EQ(line().pulses(), 6u);
}

TEST_P(DeviceTestTest, InputsAreDriven) {
  SetInput("switch", true);
  EXPECT_TRUE(line().level());
  SetInput("switch", false);
  EXPECT_FALSE(line().level());
}

TEST_P(DeviceTestTest, HostTypesAndIsShownWhatIsNew) {
  TypeOnHost("ab");
  TypeOnHost("c");
  EXPECT_EQ(ShownOnHost(), "abc");
  TypeOnHost("d");
  EXPECT_EQ(ShownOnHost(), "d");
  EXPECT_EQ(ShownOnHost(), "");
}

TEST_P(DeviceTestTest, MovedDeviceGoesOnWithAllThatItSaved) {
  WriteReg("CTRL", 0x72);
  WriteReg("LOST", 1);
  memory()[5] = 99;
  TypeOnHost("a");
  Advance(1500us);
  const auto light = line("light");
  Move();
  EXPECT_TRUE(light.level());
  EXPECT_THAT(ReadReg("CTRL"), FieldIs("LEVEL", 7));
  EXPECT_EQ(ReadReg("LOST"), 0u);
  EXPECT_EQ(memory()[5], 99);
  EXPECT_EQ(ShownOnHost(), "a");
  Advance(500us);
  EXPECT_FALSE(light.level());
}

TEST_P(DeviceTestTest, IsMadeAnewWithOtherParameters) {
  WriteReg("LOST", 1);
  Make({{"level", 9}});
  EXPECT_THAT(ReadReg("CTRL"), FieldIs("LEVEL", 9));
  EXPECT_EQ(ReadReg("LOST"), 0u);
}

TEST_P(DeviceTestTest, RegistersOfABoardThatSpreadsThemAreFound) {
  Make({}, {.in_memory = true, .shift = 2, .engine = GetParam().engine});
  WriteReg("LOST", 77);
  EXPECT_EQ(ReadReg("LOST"), 77u);
  EXPECT_EQ(cage().Read(16, 4), 77u);
}

using DeviceTestDeathTest = DeviceTestTest;
INSTANTIATE_TEST_SUITE_P(Engines, DeviceTestDeathTest,
                         ::testing::Values(Where{TestEngine::kNone, false}));

TEST_P(DeviceTestDeathTest, SaysWhichBitsThereAre) {
  EXPECT_DEATH(WriteReg("CTRL", {"ON", "OF"}), "CTRL has no bit to write `OF`; it has: BLINK, ON");
  EXPECT_DEATH(WriteReg("CTRL", {"LEVEL"}), "CTRL has no bit to write `LEVEL`");
}

TEST_P(DeviceTestDeathTest, SaysWhichRegistersThereAre) {
  EXPECT_DEATH(ReadReg("CTL"), "DeviceTest: lamp has no register `CTL`; it has: CTRL, LOST");
}

}  // namespace
