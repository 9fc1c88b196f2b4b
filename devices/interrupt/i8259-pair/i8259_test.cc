// SPDX-License-Identifier: MIT
#include "cardcage/testing/test_cage.h"
#include "gtest/gtest.h"

extern "C" const cardcage_plugin cardcage_builtin_i8259_pair;

namespace {

using ::cardcage::testing::TestCage;

enum Region : unsigned { kMaster, kSlave, kElcr };

class I8259PairTest : public ::testing::Test {
 protected:
  explicit I8259PairTest(uint64_t keep_edges = 1)
      : cage_(cardcage_builtin_i8259_pair, "i8259-pair", {{"keep_edges", keep_edges}}) {
    // As a PC's firmware does it: vectors 8 and 0x70.
    for (const Region half : {kMaster, kSlave}) {
      cage_.WriteRegion(half, 0, 0x11);
      cage_.WriteRegion(half, 1, half == kMaster ? 0x08 : 0x70);
      cage_.WriteRegion(half, 1, half == kMaster ? 0x04 : 0x02);
      cage_.WriteRegion(half, 1, 0x01);
      cage_.WriteRegion(half, 1, 0x00);
    }
  }
  TestCage cage_;
};

class I8259PairByTheSheetTest : public I8259PairTest {
 protected:
  I8259PairByTheSheetTest() : I8259PairTest(0) {}
};

TEST_F(I8259PairTest, InputRaisesTheOutputAndTheCpuGetsItsVector) {
  EXPECT_FALSE(cage_.output("int"));
  cage_.SetInput("4", true);
  EXPECT_TRUE(cage_.output("int"));
  EXPECT_EQ(cage_.Acknowledge(), 0x0c);
  EXPECT_FALSE(cage_.output("int"));
}

TEST_F(I8259PairTest, InputOfTheSlaveComesThroughTheMaster) {
  cage_.SetInput("8", true);
  EXPECT_TRUE(cage_.output("int"));
  EXPECT_EQ(cage_.Acknowledge(), 0x70);
  cage_.WriteRegion(kMaster, 0, 0x0b);
  EXPECT_EQ(cage_.ReadRegion(kMaster, 0), 0x04u) << "the cascade is in service";
}

TEST_F(I8259PairTest, MaskHoldsItBack) {
  cage_.WriteRegion(kMaster, 1, 0x10);
  cage_.SetInput("4", true);
  EXPECT_FALSE(cage_.output("int"));
  cage_.WriteRegion(kMaster, 1, 0x00);
  EXPECT_TRUE(cage_.output("int"));
}

TEST_F(I8259PairTest, PulseIsKeptUntilTheCpuTakesIt) {
  cage_.SetInput("4", true);
  cage_.SetInput("4", false);
  cage_.WriteRegion(kMaster, 1, 0x00);  // an access in between takes nothing back
  EXPECT_TRUE(cage_.output("int"));
  EXPECT_EQ(cage_.Acknowledge(), 0x0c);
  EXPECT_FALSE(cage_.output("int"));
}

TEST_F(I8259PairTest, PulseOfTheSlavesIsKeptAndItsMaskIsFollowed) {
  cage_.SetInput("12", true);
  cage_.SetInput("12", false);
  EXPECT_TRUE(cage_.output("int"));
  cage_.WriteRegion(kSlave, 1, 0xff);
  EXPECT_FALSE(cage_.output("int")) << "no spurious interrupt by a mask";
  cage_.WriteRegion(kSlave, 1, 0x00);
  EXPECT_EQ(cage_.Acknowledge(), 0x74);
}

TEST_F(I8259PairByTheSheetTest, PulseThatNobodyTookIsSpurious) {
  cage_.SetInput("4", true);
  cage_.SetInput("4", false);
  EXPECT_TRUE(cage_.output("int"));
  EXPECT_EQ(cage_.Acknowledge(), 0x0f);
}

TEST_F(I8259PairTest, LevelInputAsksAgainAfterItsEnd) {
  cage_.WriteRegion(kElcr, 1, 0x08);  // input 11
  EXPECT_EQ(cage_.ReadRegion(kElcr, 1), 0x08u);
  cage_.SetInput("11", true);
  EXPECT_EQ(cage_.Acknowledge(), 0x73);
  cage_.WriteRegion(kSlave, 0, 0x20);
  cage_.WriteRegion(kMaster, 0, 0x20);
  EXPECT_TRUE(cage_.output("int"));
  cage_.SetInput("11", false);
  cage_.WriteRegion(kSlave, 1, 0x00);
  EXPECT_FALSE(cage_.output("int"));
}

TEST_F(I8259PairTest, ResetLeavesItsInputsAsTheOthersHaveThem) {
  cage_.WriteRegion(kElcr, 1, 0x08);
  cage_.SetInput("11", true);
  cage_.Reset();
  EXPECT_EQ(cage_.ReadRegion(kElcr, 1), 0u);
}

}  // namespace
