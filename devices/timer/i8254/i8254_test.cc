// SPDX-License-Identifier: MIT
#include "cardcage/testing/device_test.h"

extern "C" const cardcage_plugin cardcage_builtin_i8254;

namespace {

using ::cardcage::testing::DeviceTest;

using namespace std::chrono_literals;

class I8254Test : public DeviceTest {
 protected:
  I8254Test() : DeviceTest(cardcage_builtin_i8254, "i8254") {}

  // Counter 0 in a mode, with a count of two bytes.
  void Program(uint8_t mode, uint16_t count) {
    WriteReg("CONTROL", static_cast<uint8_t>(0x30 | mode << 1));
    WriteReg("COUNTER 0", count & 0xff);
    WriteReg("COUNTER 0", count >> 8);
  }
};

TEST_F(I8254Test, SquareWaveInterruptsAtItsRate) {
  Program(3, 11932);  // 100 Hz
  const unsigned before = line("irq").pulses();
  Advance(1s);
  EXPECT_NEAR(line("irq").pulses() - before, 100, 1);
}

TEST_F(I8254Test, RateGeneratorsShortPulsesAreAllSeen) {
  Program(2, 1193);  // 1000 Hz: low for one pulse of CLK
  const unsigned before = line("irq").pulses();
  Advance(100ms);
  EXPECT_NEAR(line("irq").pulses() - before, 100, 1);
}

TEST_F(I8254Test, OneShotInterruptsOnce) {
  Program(0, 1193);
  EXPECT_FALSE(line("irq").level());
  Advance(500us);
  EXPECT_FALSE(line("irq").level());
  Advance(1ms);
  EXPECT_TRUE(line("irq").level());
  Advance(10s);
  EXPECT_TRUE(line("irq").level());
}

TEST_F(I8254Test, CounterCountsDownAsTimePasses) {
  Program(2, 0);
  WriteReg("CONTROL", 0x00);  // latch counter 0
  const uint64_t low = ReadReg("COUNTER 0");
  const uint64_t first = low | ReadReg("COUNTER 0") << 8;
  Advance(1ms);
  WriteReg("CONTROL", 0x00);
  const uint64_t next_low = ReadReg("COUNTER 0");
  const uint64_t second = next_low | ReadReg("COUNTER 0") << 8;
  EXPECT_NEAR(static_cast<double>((first - second) & 0xffff), 1193, 2);
}

TEST_F(I8254Test, Port61GatesCounter2AndShowsItsOutput) {
  WriteReg("CONTROL", 0xb0);  // counter 2, mode 0
  WriteReg("port61", 1);
  WriteReg("COUNTER 2", 0xe8);
  WriteReg("COUNTER 2", 0x03);
  EXPECT_EQ(ReadReg("port61") & 0x20, 0u);
  Advance(1ms);
  EXPECT_EQ(ReadReg("port61") & 0x20, 0x20u);
}

}  // namespace
