// SPDX-License-Identifier: MIT
#include "cardcage/testing/device_test.h"

extern "C" const cardcage_plugin cardcage_builtin_mc146818;

namespace {

using ::cardcage::testing::DeviceTest;
using namespace std::chrono_literals;

class Mc146818Test : public DeviceTest {
 protected:
  Mc146818Test() : DeviceTest(cardcage_builtin_mc146818, "mc146818") {}

  uint64_t Byte(uint8_t index) {
    WriteReg("INDEX", index);
    return ReadReg("DATA");
  }
  void SetByte(uint8_t index, uint8_t value) {
    WriteReg("INDEX", index);
    WriteReg("DATA", value);
  }
};

TEST_F(Mc146818Test, CalendarBeginsWithTheHosts) {
  EXPECT_EQ(Byte(4), 0x23u);  // BCD
  EXPECT_EQ(Byte(2), 0x59u);
  EXPECT_EQ(Byte(0), 0x50u);
  EXPECT_EQ(Byte(9), 0x20u);
  Advance(11s);
  EXPECT_EQ(Byte(7), 0x29u) << "2020 has a leap day";
  EXPECT_EQ(Byte(8), 0x02u);
  EXPECT_EQ(Byte(4), 0x00u);
}

TEST_F(Mc146818Test, LocalTimeIsTheHostsToo) {
  Make({{"time", 1}});
  EXPECT_EQ(Byte(4), 0x01u);
}

TEST_F(Mc146818Test, StartIsWhereTheFileSays) {
  Make({{"start", 86400}});
  EXPECT_EQ(Byte(7), 0x02u);
  EXPECT_EQ(Byte(9), 0x70u);
}

TEST_F(Mc146818Test, AlarmRaisesTheInterruptAtItsSecondAndReadingCTakesItBack) {
  SetByte(1, 0x55);
  SetByte(3, 0xff);
  SetByte(5, 0xff);
  SetByte(0xb, 0x22);  // AIE
  Advance(4s);
  EXPECT_FALSE(line("irq").level());
  Advance(1500ms);
  EXPECT_TRUE(line("irq").level());
  EXPECT_EQ(Byte(0xc) & 0xa0, 0xa0u);
  EXPECT_FALSE(line("irq").level());
  Advance(60s);
  EXPECT_TRUE(line("irq").level());
}

TEST_F(Mc146818Test, PeriodicInterruptComesAtItsRateWhereTheGuestAnswers) {
  SetByte(0xb, 0x42);  // PIE, at the 1024 Hz of reset
  unsigned seen = 0;
  for (int i = 0; i < 4096; ++i) {
    Advance(244'140ns);
    if (!line("irq").level()) continue;
    ++seen;
    Byte(0xc);
  }
  EXPECT_NEAR(seen, 1024, 1);
}

}  // namespace
