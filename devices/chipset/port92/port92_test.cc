// SPDX-License-Identifier: MIT
#include "cardcage/testing/test_cage.h"
#include "gtest/gtest.h"

extern "C" const cardcage_plugin cardcage_builtin_port92;

namespace {

using ::cardcage::testing::TestCage;

TEST(Port92, PulsesResetEachTimeThatItsBitIsSet) {
  TestCage cage(cardcage_builtin_port92, "port92");
  EXPECT_EQ(cage.Read(0), 0x24u);
  cage.Write(0, 1);
  EXPECT_EQ(cage.pulses("reset"), 1u);
  cage.Write(0, 1);
  EXPECT_EQ(cage.pulses("reset"), 1u);
  cage.Write(0, 0);
  cage.Write(0, 1);
  EXPECT_EQ(cage.pulses("reset"), 2u);
}

TEST(Port92, A20IsALatchThatAResetOpens) {
  TestCage cage(cardcage_builtin_port92, "port92");
  cage.Write(0, 2);
  EXPECT_TRUE(cage.output("a20"));
  EXPECT_EQ(cage.Read(0), 0x26u);
  cage.Reset();
  EXPECT_FALSE(cage.output("a20"));
}

}  // namespace
