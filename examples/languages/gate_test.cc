// SPDX-License-Identifier: MIT
#include "cardcage/testing/test_cage.h"
#include "gtest/gtest.h"

namespace {

constexpr uint64_t kPending = 0x0;
constexpr uint64_t kMask = 0x4;
constexpr uint64_t kCount = 0x8;

class Gate : public ::testing::Test {
 protected:
  uint64_t Read(uint64_t offset) { return cage_.Read(offset, 4); }
  void Write(uint64_t offset, uint64_t value) { cage_.Write(offset, value, 4); }

  cardcage::testing::TestCage cage_{cardcage_plugin_entry, "example.gate"};
};

TEST_F(Gate, KeepsARisingEdgeUntilItIsCleared) {
  Write(kMask, 0xf);
  cage_.SetInput("2", true);
  cage_.SetInput("2", false);
  EXPECT_EQ(Read(kPending), 0x4u);
  EXPECT_TRUE(cage_.output("irq"));
  Write(kPending, 0x4);
  EXPECT_FALSE(cage_.output("irq"));
}

TEST_F(Gate, LetsThroughWhatTheMaskHas) {
  cage_.SetInput("1", true);
  EXPECT_FALSE(cage_.output("irq"));
  Write(kMask, 0x2);
  EXPECT_TRUE(cage_.output("irq"));
}

TEST_F(Gate, CountsEdgesOfAllInputs) {
  for (const char* input : {"0", "3"}) {
    cage_.SetInput(input, true);
    cage_.SetInput(input, false);
  }
  EXPECT_EQ(Read(kCount), 2u);
}

}  // namespace
