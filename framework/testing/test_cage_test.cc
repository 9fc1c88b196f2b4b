// SPDX-License-Identifier: MIT
#include "cardcage/testing/test_cage.h"

#include "cardcage/device.h"
#include "gtest/gtest.h"

namespace {

using cardcage::testing::Setting;
using cardcage::testing::TestCage;

struct PadConfig {
  uint8_t mark = '.';
  std::string_view title = "untitled";
  std::vector<uint8_t> head;
  std::vector<int16_t> lines;
  cardcage::CharLink paper;
  cardcage::CharLink copy;
};

// Copies what it gets from one line to the other, and counts.
class Pad {
 public:
  using Config = PadConfig;
  // NOLINTNEXTLINE(modernize-pass-by-value): as every device has it
  Pad(const Config& config, cardcage::Host host) : config_(config), host_(host) {}

  void Reset() { told_ = 0; }
  void Ready() { ++told_; }
  void Set(uint16_t value) {
    if (value == 0xffff) host_.Stop(7);
    if (value == 2) WriteConfig();
    host_.Log(cardcage::Severity::kInfo, "set");
    config_.paper.Write(config_.mark);
  }
  void WriteConfig() const {
    for (const char letter : config_.title) config_.paper.Write(static_cast<uint8_t>(letter));
    for (const uint8_t byte : config_.head) config_.paper.Write(byte);
    for (const int16_t line : config_.lines) config_.paper.Write(static_cast<uint8_t>('a' + line));
  }
  uint16_t Told() const { return told_; }
  bool High() const { return told_ > 0; }
  void OnPin(uint32_t /*input*/, bool level) { told_ += level ? 100 : 0; }

 private:
  const Config config_;
  const cardcage::Host host_;
  uint16_t told_ = 0;
};

constexpr const char* kPins[] = {"pin"};
constexpr cardcage::Declaration kPad{
    cardcage::Type<Pad>("pad", "paper and a copy"),
    cardcage::Param<&PadConfig::mark>("mark", {.doc = "what it writes", .min = 1}),
    cardcage::Param<&PadConfig::title>("title", {.doc = "above all", .max_length = 8}),
    cardcage::Param<&PadConfig::head>("head", {.doc = "behind it"}),
    cardcage::Param<&PadConfig::lines>("lines", {.doc = "numbers", .min = -1}),
    cardcage::Param<&PadConfig::paper>("paper", {.doc = "output"}),
    cardcage::Param<&PadConfig::copy>("copy", {.doc = "output"}),
    cardcage::Port<&Pad::Told, &Pad::Set>("told"),
    cardcage::Output<&Pad::High>("irq"),
    cardcage::Inputs<&Pad::OnPin>(kPins),
};

}  // namespace

CARDCAGE_PLUGIN("pad", "1.0.0", "MIT", kPad);

namespace {

class TestCageTest : public ::testing::Test {
 protected:
  TestCage cage_{cardcage_plugin_entry, "pad"};
};

TEST_F(TestCageTest, RecordsWhatTheDeviceTellsItsHost) {
  cage_.Write(0, 0xffff, 2);
  cage_.Write(0, 1, 2);
  EXPECT_EQ(cage_.stop_code(), 7u);
  EXPECT_EQ(cage_.log(), (std::vector<std::string>{"set", "set"}));
  EXPECT_EQ(cage_.console().output, "..");
  EXPECT_EQ(cage_.console().writes, 2u);
}

TEST_F(TestCageTest, ConsoleWithoutRoomDrops) {
  cage_.console().room = 0;
  cage_.Write(0, 1, 2);
  EXPECT_EQ(cage_.console().dropped, 1u);
  EXPECT_EQ(cage_.console().output, "");
}

TEST_F(TestCageTest, ConsoleTellsTheDeviceOfEachOfItsLines) {
  cage_.console().Type("x");
  EXPECT_EQ(cage_.Read(0, 2), 2u);
  cage_.console().MakeRoom(1);
  EXPECT_EQ(cage_.Read(0, 2), 4u);
}

TEST_F(TestCageTest, ShowsLevelAndPulsesOfAnOutput) {
  EXPECT_FALSE(cage_.output("irq"));
  cage_.SetInput("pin", true);
  EXPECT_TRUE(cage_.output("irq"));
  EXPECT_EQ(cage_.pulses("irq"), 1u);
}

TEST_F(TestCageTest, CountsWhatNobodyAnswersAndWhatIsSplit) {
  EXPECT_EQ(cage_.Read(0x800, 2), 0xffffu);
  EXPECT_EQ(cage_.unclaimed(), 1u);
  EXPECT_EQ(cage_.split(), 0u);
  cage_.Read(0, 4);
  EXPECT_EQ(cage_.split(), 1u);
  EXPECT_EQ(cage_.failed(), 0u);
}

TEST_F(TestCageTest, SetsParametersOfEachKind) {
  TestCage cage(cardcage_plugin_entry, "pad",
                {{"mark", '!'},
                 {"title", "red"},
                 {"head", Setting::Bytes({'-', '-'})},
                 {"lines", Setting::List({1, 2})}});
  cage.Write(0, 2, 2);
  EXPECT_EQ(cage.console().output, "red--bc!");
  cage_.Write(0, 2, 2);
  EXPECT_EQ(cage_.console().output, "untitled.");
}

using TestCageDeathTest = TestCageTest;

TEST_F(TestCageDeathTest, SaysWhatThereIsWhereATestNamesWhatThereIsNot) {
  EXPECT_DEATH(cage_.output("int"), "pad has no output `int`; it has: irq");
  EXPECT_DEATH(cage_.SetInput("gate", true), "pad has no input `gate`; it has: pin");
  EXPECT_DEATH(TestCage(cardcage_plugin_entry, "pat"), "pad has no type `pat`; it has: pad");
  EXPECT_DEATH(TestCage(cardcage_plugin_entry, "pad", {{"marc", 1}}),
               "pad has no parameter `marc`; it has: mark, title, head, lines, paper, copy");
}

TEST_F(TestCageDeathTest, RefusesAParameterThatTheMachineFileCouldNotSay) {
  EXPECT_DEATH(TestCage(cardcage_plugin_entry, "pad", {{"mark", 256}}),
               "pad's parameter `mark` is 1 to 255, not 256");
  EXPECT_DEATH(TestCage(cardcage_plugin_entry, "pad", {{"title", "much too long"}}),
               "pad's parameter `title` has 0 to 8 bytes, not 13");
  EXPECT_DEATH(TestCage(cardcage_plugin_entry, "pad", {{"lines", Setting::List({1, -2})}}),
               "pad's parameter `lines` has an item that is -1 to 32767, not -2");
}

}  // namespace
