// SPDX-License-Identifier: MIT
#include "cardcage/testing/test_cage.h"
#include "gtest/gtest.h"

extern "C" const cardcage_plugin cardcage_builtin_mc146818;

namespace {

using ::cardcage::testing::TestCage;

constexpr uint64_t kSecond = 1'000'000'000;

class Mc146818Test : public ::testing::Test {
 protected:
  uint64_t Byte(uint8_t index) {
    cage_.Write(0, index);
    return cage_.Read(1);
  }
  void SetByte(uint8_t index, uint8_t value) {
    cage_.Write(0, index);
    cage_.Write(1, value);
  }
  TestCage cage_{cardcage_builtin_mc146818, "mc146818"};
};

TEST_F(Mc146818Test, CalendarBeginsWithTheHosts) {
  EXPECT_EQ(Byte(4), 0x23u);  // BCD
  EXPECT_EQ(Byte(2), 0x59u);
  EXPECT_EQ(Byte(0), 0x50u);
  EXPECT_EQ(Byte(9), 0x20u);
  cage_.Advance(11 * kSecond);
  EXPECT_EQ(Byte(7), 0x29u) << "2020 has a leap day";
  EXPECT_EQ(Byte(8), 0x02u);
  EXPECT_EQ(Byte(4), 0x00u);
}

TEST(Mc146818, LocalTimeIsTheHostsToo) {
  TestCage cage(cardcage_builtin_mc146818, "mc146818", {{"time", 1}});
  cage.Write(0, 4);
  EXPECT_EQ(cage.Read(1), 0x01u);
}

TEST(Mc146818, StartIsWhereTheFileSays) {
  TestCage cage(cardcage_builtin_mc146818, "mc146818", {{"start", 86400}});
  cage.Write(0, 7);
  EXPECT_EQ(cage.Read(1), 0x02u);
  cage.Write(0, 9);
  EXPECT_EQ(cage.Read(1), 0x70u);
}

TEST_F(Mc146818Test, AlarmRaisesTheInterruptAtItsSecondAndReadingCTakesItBack) {
  SetByte(1, 0x55);
  SetByte(3, 0xff);
  SetByte(5, 0xff);
  SetByte(0xb, 0x22);  // AIE
  cage_.Advance(4 * kSecond);
  EXPECT_FALSE(cage_.output("irq"));
  cage_.Advance(kSecond + kSecond / 2);
  EXPECT_TRUE(cage_.output("irq"));
  EXPECT_EQ(Byte(0xc) & 0xa0, 0xa0u);
  EXPECT_FALSE(cage_.output("irq"));
  cage_.Advance(60 * kSecond);
  EXPECT_TRUE(cage_.output("irq"));
}

TEST_F(Mc146818Test, PeriodicInterruptComesAtItsRateWhereTheGuestAnswers) {
  SetByte(0xb, 0x42);  // PIE, at the 1024 Hz of reset
  unsigned seen = 0;
  for (int i = 0; i < 4096; ++i) {
    cage_.Advance(kSecond / 4096);
    if (!cage_.output("irq")) continue;
    ++seen;
    Byte(0xc);
  }
  EXPECT_NEAR(seen, 1024, 1);
}

}  // namespace
