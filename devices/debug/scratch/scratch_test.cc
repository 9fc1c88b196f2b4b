// SPDX-License-Identifier: MIT
#include "cardcage/testing/test_cage.h"
#include "gtest/gtest.h"

extern "C" const cardcage_plugin cardcage_builtin_scratch;

namespace {

using cardcage::testing::TestCage;

class Scratch : public ::testing::Test {
 protected:
  TestCage cage_{cardcage_builtin_scratch, "scratch", {{"size", 24}}};
};

TEST_F(Scratch, IsZeroAfterReset) {
  cage_.Write(0, 0x1122334455667788, 8);
  cage_.Reset();
  EXPECT_EQ(cage_.Read(0, 8), 0u);
}

TEST_F(Scratch, KeepsWhatIsWrittenLittleEndian) {
  cage_.Write(0, 0x44332211, 4);
  EXPECT_EQ(cage_.Read(0), 0x11u);
  EXPECT_EQ(cage_.Read(1, 2), 0x3322u);
  cage_.Write(2, 0xee);
  EXPECT_EQ(cage_.Read(0, 4), 0x44ee2211u);
}

TEST_F(Scratch, TakesEveryWidthAtEveryOffset) {
  for (unsigned size = 1; size <= 8; ++size) {
    const uint64_t ones = ~uint64_t{0} >> (64 - 8 * size);
    for (uint64_t offset = 0; offset + size <= 24; ++offset) {
      cage_.Write(offset, 0xa5a5a5a5a5a5a5a5, size);
      EXPECT_EQ(cage_.Read(offset, size), 0xa5a5a5a5a5a5a5a5 & ones);
    }
  }
}

TEST_F(Scratch, BehindItsEndNobodyAnswers) {
  cage_.Write(23, 0x1234, 2);
  EXPECT_EQ(cage_.Read(23, 2), 0xff34u);
}

TEST_F(Scratch, HasSixteenBytesByDefault) {
  TestCage cage(cardcage_builtin_scratch, "scratch");
  EXPECT_EQ(cage.Read(15), 0u);
  EXPECT_EQ(cage.Read(16), 0xffu);
}

}  // namespace
