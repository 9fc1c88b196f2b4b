// SPDX-License-Identifier: MIT
#include "cardcage/testing/device_test.h"

extern "C" const cardcage_plugin cardcage_builtin_i8259_pair;

namespace {

using ::cardcage::testing::DeviceTest;

class I8259PairTest : public DeviceTest {
 protected:
  explicit I8259PairTest(uint64_t keep_edges = 1)
      : DeviceTest(cardcage_builtin_i8259_pair, "i8259-pair", {{"keep_edges", keep_edges}}) {
    // As a PC's firmware does it: vectors 8 and 0x70.
    for (const std::string half : {"master", "slave"}) {
      WriteReg(half + ".ICW1", 0x11);
      WriteReg(half + ".ICW2-4", half == "master" ? 0x08 : 0x70);
      WriteReg(half + ".ICW2-4", half == "master" ? 0x04 : 0x02);
      WriteReg(half + ".ICW2-4", 0x01);
      WriteReg(half + ".IMR", 0x00);
    }
  }
};

class I8259PairByTheSheetTest : public I8259PairTest {
 protected:
  I8259PairByTheSheetTest() : I8259PairTest(0) {}
};

TEST_F(I8259PairTest, InputRaisesTheOutputAndTheCpuGetsItsVector) {
  EXPECT_FALSE(line("int").level());
  SetInput("4", true);
  EXPECT_TRUE(line("int").level());
  EXPECT_EQ(cage().Acknowledge(), 0x0c);
  EXPECT_FALSE(line("int").level());
}

TEST_F(I8259PairTest, InputOfTheSlaveComesThroughTheMaster) {
  SetInput("8", true);
  EXPECT_TRUE(line("int").level());
  EXPECT_EQ(cage().Acknowledge(), 0x70);
  WriteReg("master.OCW3", 0x0b);
  EXPECT_EQ(ReadReg("master.ISR"), 0x04u) << "the cascade is in service";
}

TEST_F(I8259PairTest, MaskHoldsItBack) {
  WriteReg("master.IMR", 0x10);
  SetInput("4", true);
  EXPECT_FALSE(line("int").level());
  WriteReg("master.IMR", 0x00);
  EXPECT_TRUE(line("int").level());
}

TEST_F(I8259PairTest, PulseIsKeptUntilTheCpuTakesIt) {
  SetInput("4", true);
  SetInput("4", false);
  WriteReg("master.IMR", 0x00);  // an access in between takes nothing back
  EXPECT_TRUE(line("int").level());
  EXPECT_EQ(cage().Acknowledge(), 0x0c);
  EXPECT_FALSE(line("int").level());
}

TEST_F(I8259PairTest, PulseOfTheSlavesIsKeptAndItsMaskIsFollowed) {
  SetInput("12", true);
  SetInput("12", false);
  EXPECT_TRUE(line("int").level());
  WriteReg("slave.IMR", 0xff);
  EXPECT_FALSE(line("int").level()) << "no spurious interrupt by a mask";
  WriteReg("slave.IMR", 0x00);
  EXPECT_EQ(cage().Acknowledge(), 0x74);
}

TEST_F(I8259PairByTheSheetTest, PulseThatNobodyTookIsSpurious) {
  SetInput("4", true);
  SetInput("4", false);
  EXPECT_TRUE(line("int").level());
  EXPECT_EQ(cage().Acknowledge(), 0x0f);
}

TEST_F(I8259PairTest, LevelInputAsksAgainAfterItsEnd) {
  WriteReg("ELCR2", 0x08);  // input 11
  EXPECT_EQ(ReadReg("ELCR2"), 0x08u);
  SetInput("11", true);
  EXPECT_EQ(cage().Acknowledge(), 0x73);
  WriteReg("slave.OCW2", 0x20);
  WriteReg("master.OCW2", 0x20);
  EXPECT_TRUE(line("int").level());
  SetInput("11", false);
  WriteReg("slave.IMR", 0x00);
  EXPECT_FALSE(line("int").level());
}

TEST_F(I8259PairTest, ResetLeavesItsInputsAsTheOthersHaveThem) {
  WriteReg("ELCR2", 0x08);
  SetInput("11", true);
  Reset();
  EXPECT_EQ(ReadReg("ELCR2"), 0u);
}

}  // namespace
