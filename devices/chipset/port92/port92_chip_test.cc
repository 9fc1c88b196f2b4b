// SPDX-License-Identifier: MIT
#include "port92_chip.h"

#include "gtest/gtest.h"

namespace port92 {
namespace {

TEST(Port92, ResetValue) {
  Chip chip;
  EXPECT_EQ(chip.Read(), 0x24);
  EXPECT_FALSE(chip.A20());
  EXPECT_FALSE(chip.TakeResetPulse());
}

TEST(Port92, EachValueIsSafeAndChangesTheTwoBitsAlone) {
  for (unsigned value = 0; value < 256; ++value) {
    Chip chip;
    chip.Write(static_cast<uint8_t>(value));
    EXPECT_EQ(chip.Read(), 0x24 | (value & 0x03)) << value;
    EXPECT_EQ(chip.A20(), (value & 0x02) != 0) << value;
    EXPECT_EQ(chip.TakeResetPulse(), (value & 0x01) != 0) << value;
  }
}

TEST(Port92, ResetIsPulsedOnceForEachRiseOfItsBit) {
  Chip chip;
  chip.Write(0x01);
  EXPECT_TRUE(chip.TakeResetPulse());
  EXPECT_FALSE(chip.TakeResetPulse());
  chip.Write(0x03);  // it has not been 0 in between
  EXPECT_FALSE(chip.TakeResetPulse());
  chip.Write(0x02);
  EXPECT_FALSE(chip.TakeResetPulse());
  chip.Write(0x03);
  EXPECT_TRUE(chip.TakeResetPulse());
}

TEST(Port92, ResetTakesAllBack) {
  Chip chip;
  chip.Write(0x03);
  chip.Reset();
  EXPECT_EQ(chip.Read(), 0x24);
  EXPECT_FALSE(chip.A20());
  EXPECT_FALSE(chip.TakeResetPulse());
  chip.Write(0x01);
  EXPECT_TRUE(chip.TakeResetPulse());
}

}  // namespace
}  // namespace port92
