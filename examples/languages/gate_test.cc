// SPDX-License-Identifier: MIT
#include "cardcage/testing/device_test.h"

namespace {

class Gate : public cardcage::testing::DeviceTest {
 protected:
  Gate() : DeviceTest(cardcage_plugin_entry, "example.gate") {}
};

TEST_F(Gate, KeepsARisingEdgeUntilItIsCleared) {
  WriteReg("MASK", 0xf);
  SetInput("2", true);
  SetInput("2", false);
  EXPECT_EQ(ReadReg("PENDING"), 0x4u);
  EXPECT_TRUE(line("irq").level());
  WriteReg("PENDING", 0x4);
  EXPECT_FALSE(line("irq").level());
}

TEST_F(Gate, LetsThroughWhatTheMaskHas) {
  SetInput("1", true);
  EXPECT_FALSE(line("irq").level());
  WriteReg("MASK", 0x2);
  EXPECT_TRUE(line("irq").level());
}

TEST_F(Gate, CountsEdgesOfAllInputs) {
  for (const char* input : {"0", "3"}) {
    SetInput(input, true);
    SetInput(input, false);
  }
  EXPECT_EQ(ReadReg("COUNT"), 2u);
}

}  // namespace
