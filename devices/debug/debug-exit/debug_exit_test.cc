// SPDX-License-Identifier: MIT
#include "cardcage/testing/device_test.h"

extern "C" const cardcage_plugin cardcage_builtin_debug_exit;

namespace {

using ::cardcage::testing::DeviceTest;

class DebugExit : public DeviceTest {
 protected:
  DebugExit() : DeviceTest(cardcage_builtin_debug_exit, "debug-exit") {}
};

TEST_F(DebugExit, DoesNothingUntilItIsWritten) {
  Reset();
  EXPECT_EQ(cage().Read(0), 0xffu);
  EXPECT_EQ(cage().stop_code(), std::nullopt);
}

TEST_F(DebugExit, WriteStopsWithTheCodeAtEveryWidth) {
  for (const unsigned size : {1u, 2u, 4u}) {
    Make({});
    cage().Write(0, 0x12345678, size);
    EXPECT_EQ(cage().stop_code(), 0x12345678u & (~0u >> (32 - 8 * size)));
  }
}

TEST_F(DebugExit, FirstCodeWins) {
  cage().Write(0, 3);
  cage().Write(0, 4);
  EXPECT_EQ(cage().stop_code(), 3u);
}

TEST_F(DebugExit, WriteBesideTheFirstByteIsIgnored) {
  for (uint64_t offset = 1; offset < 4; ++offset) cage().Write(offset, 9);
  EXPECT_EQ(cage().stop_code(), std::nullopt);
}

TEST_F(DebugExit, EveryOffsetWidthAndDirectionIsSafe) {
  for (uint64_t offset = 0; offset < 8; ++offset) {
    for (unsigned size = 1; size <= 8; ++size) {
      cage().Write(offset, ~uint64_t{0}, size);
      EXPECT_EQ(cage().Read(offset, size), ~uint64_t{0} >> (64 - 8 * size));
    }
  }
}

}  // namespace
