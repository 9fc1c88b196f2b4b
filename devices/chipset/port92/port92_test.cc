// SPDX-License-Identifier: MIT
#include "cardcage/testing/device_test.h"

extern "C" const cardcage_plugin cardcage_builtin_port92;

namespace {

class Port92Test : public ::cardcage::testing::DeviceTest {
 protected:
  Port92Test() : DeviceTest(cardcage_builtin_port92, "port92") {}
};

TEST_F(Port92Test, PulsesResetEachTimeThatItsBitIsSet) {
  EXPECT_EQ(ReadReg("port92"), 0x24u);
  WriteReg("port92", 1);
  EXPECT_EQ(line("reset").pulses(), 1u);
  WriteReg("port92", 1);
  EXPECT_EQ(line("reset").pulses(), 1u);
  WriteReg("port92", 0);
  WriteReg("port92", 1);
  EXPECT_EQ(line("reset").pulses(), 2u);
}

TEST_F(Port92Test, A20IsALatchThatAResetOpens) {
  WriteReg("port92", 2);
  EXPECT_TRUE(line("a20").level());
  EXPECT_EQ(ReadReg("port92"), 0x26u);
  Reset();
  EXPECT_FALSE(line("a20").level());
}

}  // namespace
