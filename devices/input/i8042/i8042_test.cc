// SPDX-License-Identifier: MIT
#include "cardcage/testing/device_test.h"

extern "C" const cardcage_plugin cardcage_builtin_i8042;

namespace {

using ::cardcage::testing::DeviceTest;

class I8042Test : public DeviceTest {
 protected:
  I8042Test() : DeviceTest(cardcage_builtin_i8042, "i8042") {}

  void Command(uint8_t value) { WriteReg("command", value); }
  void Data(uint8_t value) { WriteReg("data", value); }
};

TEST_F(I8042Test, SelfTestAnswersAndTheStatusTellsOfIt) {
  Command(0xaa);
  EXPECT_EQ(ReadReg("command") & 1, 1u);
  EXPECT_EQ(ReadReg("data"), 0x55u);
  EXPECT_EQ(ReadReg("command") & 1, 0u);
}

TEST_F(I8042Test, InterruptFollowsTheByteThatWaits) {
  Command(0x60);
  Data(0x01);  // the command byte: the keyboard's interrupt on
  EXPECT_FALSE(line("keyboard").level());
  Command(0xaa);
  EXPECT_TRUE(line("keyboard").level());
  EXPECT_FALSE(line("mouse").level());
  ReadReg("data");
  EXPECT_FALSE(line("keyboard").level());
}

TEST_F(I8042Test, PulseOfPin0IsAReset) {
  Command(0xfe);
  EXPECT_EQ(line("reset").pulses(), 1u);
  Command(0xff);  // a pulse of no pin
  EXPECT_EQ(line("reset").pulses(), 1u);
}

TEST_F(I8042Test, ResetLineThatIsHeldIsOneReset) {
  Command(0xd1);
  Data(0x02);
  EXPECT_EQ(line("reset").pulses(), 1u);
  Command(0xd1);
  Data(0x02);
  EXPECT_EQ(line("reset").pulses(), 1u);
  Command(0xd1);
  Data(0x03);
  Command(0xd1);
  Data(0x02);
  EXPECT_EQ(line("reset").pulses(), 2u);
}

TEST_F(I8042Test, A20IsALatch) {
  EXPECT_TRUE(line("a20").level());
  Command(0xdd);
  EXPECT_FALSE(line("a20").level());
  Command(0xdf);
  EXPECT_TRUE(line("a20").level());
}

}  // namespace
