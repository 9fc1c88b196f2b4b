// SPDX-License-Identifier: MIT
// A device's test is in C++, whatever the device is in.
#include "cardcage/testing/test_cage.h"
#include "gtest/gtest.h"

namespace {

constexpr uint64_t kPeriod = 0x0;
constexpr uint64_t kTicks = 0x4;
constexpr uint64_t kStatus = 0x8;
constexpr uint64_t kMicrosecond = 1000;  // in ns

class Ticker : public ::testing::Test {
 protected:
  uint64_t Read(uint64_t offset) { return cage_.Read(offset, 4); }
  void Write(uint64_t offset, uint64_t value) { cage_.Write(offset, value, 4); }

  cardcage::testing::TestCage cage_{cardcage_plugin_entry, "example.ticker"};
};

TEST_F(Ticker, StandsStillAfterReset) {
  Write(kPeriod, 1);
  cage_.Advance(kMicrosecond);
  cage_.Reset();
  cage_.Advance(kMicrosecond);
  for (const uint64_t offset : {kPeriod, kTicks, kStatus}) EXPECT_EQ(Read(offset), 0u) << offset;
  EXPECT_FALSE(cage_.output("irq"));
}

TEST_F(Ticker, TickRaisesTheInterruptUntilItIsCleared) {
  Write(kPeriod, 3);
  cage_.Advance(3 * kMicrosecond - 1);
  EXPECT_FALSE(cage_.output("irq"));
  cage_.Advance(1);
  EXPECT_TRUE(cage_.output("irq"));
  EXPECT_EQ(Read(kStatus), 1u);
  Write(kStatus, 1);
  EXPECT_FALSE(cage_.output("irq"));
  cage_.Advance(3 * kMicrosecond);
  EXPECT_TRUE(cage_.output("irq"));
}

TEST_F(Ticker, CountsTicksThatNobodyClears) {
  Write(kPeriod, 3);
  cage_.Advance(10 * kMicrosecond);
  EXPECT_EQ(Read(kTicks), 3u);
  Write(kStatus, 1);  // the next is told when it comes, the two before it are not told anew
  EXPECT_EQ(Read(kStatus), 0u);
  cage_.Advance(2 * kMicrosecond);
  EXPECT_EQ(Read(kStatus), 1u);
}

TEST_F(Ticker, PeriodOfZeroStopsIt) {
  Write(kPeriod, 3);
  Write(kPeriod, 0);
  cage_.Advance(10 * kMicrosecond);
  EXPECT_EQ(Read(kStatus), 0u);
}

TEST(TickerUnit, IsThePeriodsMeasure) {
  cardcage::testing::TestCage cage(cardcage_plugin_entry, "example.ticker",
                                   {{"unit", 1'000'000'000}});
  cage.Write(kPeriod, 0xffffffff, 4);
  cage.Advance(0xffffffff * uint64_t{1'000'000'000} - 1);
  EXPECT_FALSE(cage.output("irq"));
  cage.Advance(1);
  EXPECT_TRUE(cage.output("irq"));
}

}  // namespace
