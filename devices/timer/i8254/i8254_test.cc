// SPDX-License-Identifier: MIT
#include "cardcage/testing/test_cage.h"
#include "gtest/gtest.h"

extern "C" const cardcage_plugin cardcage_builtin_i8254;

namespace {

using ::cardcage::testing::TestCage;

constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kPort61 = 1;  // region

class I8254Test : public ::testing::Test {
 protected:
  // Counter 0 in a mode, with a count of two bytes.
  void Program(uint8_t mode, uint16_t count) {
    cage_.Write(3, static_cast<uint8_t>(0x30 | mode << 1));
    cage_.Write(0, count & 0xff);
    cage_.Write(0, count >> 8);
  }
  TestCage cage_{cardcage_builtin_i8254, "i8254"};
};

TEST_F(I8254Test, SquareWaveInterruptsAtItsRate) {
  Program(3, 11932);  // 100 Hz
  const unsigned before = cage_.pulses("irq");
  cage_.Advance(kSecond);
  EXPECT_NEAR(cage_.pulses("irq") - before, 100, 1);
}

TEST_F(I8254Test, RateGeneratorsShortPulsesAreAllSeen) {
  Program(2, 1193);  // 1000 Hz: low for one pulse of CLK
  const unsigned before = cage_.pulses("irq");
  cage_.Advance(kSecond / 10);
  EXPECT_NEAR(cage_.pulses("irq") - before, 100, 1);
}

TEST_F(I8254Test, OneShotInterruptsOnce) {
  Program(0, 1193);
  EXPECT_FALSE(cage_.output("irq"));
  cage_.Advance(kSecond / 2000);
  EXPECT_FALSE(cage_.output("irq"));
  cage_.Advance(kSecond / 1000);
  EXPECT_TRUE(cage_.output("irq"));
  cage_.Advance(10 * kSecond);
  EXPECT_TRUE(cage_.output("irq"));
}

TEST_F(I8254Test, CounterCountsDownAsTimePasses) {
  Program(2, 0);
  cage_.Write(3, 0x00);  // latch counter 0
  const uint64_t low = cage_.Read(0);
  const uint64_t first = low | cage_.Read(0) << 8;
  cage_.Advance(kSecond / 1000);
  cage_.Write(3, 0x00);
  const uint64_t next_low = cage_.Read(0);
  const uint64_t second = next_low | cage_.Read(0) << 8;
  EXPECT_NEAR(static_cast<double>((first - second) & 0xffff), 1193, 2);
}

TEST_F(I8254Test, Port61GatesCounter2AndShowsItsOutput) {
  cage_.Write(3, 0xb0);  // counter 2, mode 0
  cage_.WriteRegion(kPort61, 0, 1);
  cage_.Write(2, 0xe8);
  cage_.Write(2, 0x03);
  EXPECT_EQ(cage_.ReadRegion(kPort61, 0) & 0x20, 0u);
  cage_.Advance(kSecond / 1000);
  EXPECT_EQ(cage_.ReadRegion(kPort61, 0) & 0x20, 0x20u);
}

}  // namespace
