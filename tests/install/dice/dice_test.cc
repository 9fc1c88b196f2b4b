// SPDX-License-Identifier: MIT
#include "cardcage/testing/test_cage.h"
#include "gtest/gtest.h"
#if __has_include("rapidcheck.h")
#include "cardcage/testing/properties.h"
CARDCAGE_DEVICE_PROPERTIES(DiceProperties, cardcage_plugin_entry, "dice");
#endif

namespace {

using cardcage::testing::TestCage;

TEST(Dice, FallsTheSameWhenLoadedTheSame) {
  TestCage cage(cardcage_plugin_entry, "dice");
  cage.Write(0, 3);
  const uint64_t first = cage.Read(0);
  cage.Write(0, 3);
  EXPECT_EQ(cage.Read(0), first);
}

TEST(Dice, ShowsEachFace) {
  TestCage cage(cardcage_plugin_entry, "dice", {{"sides", 2}});
  bool seen[3] = {};
  for (int i = 0; i < 100; ++i) seen[cage.Read(0)] = true;
  EXPECT_TRUE(seen[1] && seen[2]);
}

}  // namespace
