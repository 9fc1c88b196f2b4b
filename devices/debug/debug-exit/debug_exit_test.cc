// SPDX-License-Identifier: MIT
#include "cardcage/testing/test_cage.h"
#include "gtest/gtest.h"

extern "C" const cardcage_plugin cardcage_builtin_debug_exit;

namespace {

using cardcage::testing::TestCage;

class DebugExit : public ::testing::Test {
 protected:
  TestCage cage_{cardcage_builtin_debug_exit, "debug-exit"};
};

TEST_F(DebugExit, DoesNothingUntilItIsWritten) {
  cage_.Reset();
  EXPECT_EQ(cage_.Read(0), 0xffu);
  EXPECT_EQ(cage_.stop_code(), std::nullopt);
}

TEST_F(DebugExit, WriteStopsWithTheCodeAtEveryWidth) {
  for (const unsigned size : {1u, 2u, 4u}) {
    TestCage cage(cardcage_builtin_debug_exit, "debug-exit");
    cage.Write(0, 0x12345678, size);
    EXPECT_EQ(cage.stop_code(), 0x12345678u & (~0u >> (32 - 8 * size)));
  }
}

TEST_F(DebugExit, FirstCodeWins) {
  cage_.Write(0, 3);
  cage_.Write(0, 4);
  EXPECT_EQ(cage_.stop_code(), 3u);
}

TEST_F(DebugExit, WriteBesideTheFirstByteIsIgnored) {
  for (uint64_t offset = 1; offset < 4; ++offset) cage_.Write(offset, 9);
  EXPECT_EQ(cage_.stop_code(), std::nullopt);
}

TEST_F(DebugExit, EveryOffsetWidthAndDirectionIsSafe) {
  for (uint64_t offset = 0; offset < 8; ++offset) {
    for (unsigned size = 1; size <= 8; ++size) {
      cage_.Write(offset, ~uint64_t{0}, size);
      EXPECT_EQ(cage_.Read(offset, size), ~uint64_t{0} >> (64 - 8 * size));
    }
  }
}

}  // namespace
