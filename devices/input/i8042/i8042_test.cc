// SPDX-License-Identifier: MIT
#include "cardcage/testing/test_cage.h"
#include "gtest/gtest.h"

extern "C" const cardcage_plugin cardcage_builtin_i8042;

namespace {

using ::cardcage::testing::TestCage;

constexpr unsigned kData = 0;  // regions
constexpr unsigned kCommand = 1;

class I8042Test : public ::testing::Test {
 protected:
  void Command(uint8_t value) { cage_.WriteRegion(kCommand, 0, value); }
  void Data(uint8_t value) { cage_.WriteRegion(kData, 0, value); }
  TestCage cage_{cardcage_builtin_i8042, "i8042"};
};

TEST_F(I8042Test, SelfTestAnswersAndTheStatusTellsOfIt) {
  Command(0xaa);
  EXPECT_EQ(cage_.ReadRegion(kCommand, 0) & 1, 1u);
  EXPECT_EQ(cage_.ReadRegion(kData, 0), 0x55u);
  EXPECT_EQ(cage_.ReadRegion(kCommand, 0) & 1, 0u);
}

TEST_F(I8042Test, InterruptFollowsTheByteThatWaits) {
  Command(0x60);
  Data(0x01);  // the command byte: the keyboard's interrupt on
  EXPECT_FALSE(cage_.output("keyboard"));
  Command(0xaa);
  EXPECT_TRUE(cage_.output("keyboard"));
  EXPECT_FALSE(cage_.output("mouse"));
  cage_.ReadRegion(kData, 0);
  EXPECT_FALSE(cage_.output("keyboard"));
}

TEST_F(I8042Test, PulseOfPin0IsAReset) {
  Command(0xfe);
  EXPECT_EQ(cage_.pulses("reset"), 1u);
  Command(0xff);  // a pulse of no pin
  EXPECT_EQ(cage_.pulses("reset"), 1u);
}

TEST_F(I8042Test, ResetLineThatIsHeldIsOneReset) {
  Command(0xd1);
  Data(0x02);
  EXPECT_EQ(cage_.pulses("reset"), 1u);
  Command(0xd1);
  Data(0x02);
  EXPECT_EQ(cage_.pulses("reset"), 1u);
  Command(0xd1);
  Data(0x03);
  Command(0xd1);
  Data(0x02);
  EXPECT_EQ(cage_.pulses("reset"), 2u);
}

TEST_F(I8042Test, A20IsALatch) {
  EXPECT_TRUE(cage_.output("a20"));
  Command(0xdd);
  EXPECT_FALSE(cage_.output("a20"));
  Command(0xdf);
  EXPECT_TRUE(cage_.output("a20"));
}

}  // namespace
