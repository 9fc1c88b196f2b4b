// SPDX-License-Identifier: MIT
// A device's test is in C++, whatever the device is in.
#include "cardcage/testing/device_test.h"

namespace {

using namespace std::chrono_literals;

class Ticker : public cardcage::testing::DeviceTest {
 protected:
  Ticker() : DeviceTest(cardcage_plugin_entry, "example.ticker") {}
};

TEST_F(Ticker, StandsStillAfterReset) {
  WriteReg("PERIOD", 1);
  Advance(1us);
  Reset();
  Advance(1us);
  for (const char* name : {"PERIOD", "TICKS", "STATUS"}) EXPECT_EQ(ReadReg(name), 0u);
  EXPECT_FALSE(line("irq").level());
}

TEST_F(Ticker, TickRaisesTheInterruptUntilItIsCleared) {
  WriteReg("PERIOD", 3);
  Advance(3us - 1ns);
  EXPECT_FALSE(line("irq").level());
  Advance(1ns);
  EXPECT_TRUE(line("irq").level());
  EXPECT_EQ(ReadReg("STATUS"), 1u);
  WriteReg("STATUS", {"TICK"});
  EXPECT_FALSE(line("irq").level());
  Advance(3us);
  EXPECT_TRUE(line("irq").level());
}

TEST_F(Ticker, CountsTicksThatNobodyClears) {
  WriteReg("PERIOD", 3);
  Advance(10us);
  EXPECT_EQ(ReadReg("TICKS"), 3u);
  WriteReg("STATUS",
           {"TICK"});  // the next is told when it comes, the two before it are not told anew
  EXPECT_EQ(ReadReg("STATUS"), 0u);
  Advance(2us);
  EXPECT_EQ(ReadReg("STATUS"), 1u);
}

TEST_F(Ticker, PeriodOfZeroStopsIt) {
  WriteReg("PERIOD", 3);
  WriteReg("PERIOD", 0);
  Advance(10us);
  EXPECT_EQ(ReadReg("STATUS"), 0u);
}

TEST_F(Ticker, UnitIsThePeriodsMeasure) {
  Make({{"unit", 1'000'000'000}});
  WriteReg("PERIOD", 0xffffffff);
  Advance(0xffffffff * 1s - 1ns);
  EXPECT_FALSE(line("irq").level());
  Advance(1ns);
  EXPECT_TRUE(line("irq").level());
}

}  // namespace
