// SPDX-License-Identifier: MIT
#include "port61.h"

#include "gtest/gtest.h"

namespace i8254 {
namespace {

class SystemPort : public ::testing::Test {
 protected:
  SystemPort() { port_.Reset(chip_, now_); }

  unsigned Read() { return port_.Read(chip_, now_); }
  void Write(unsigned value) { port_.Write(static_cast<uint8_t>(value), chip_, now_); }

  uint64_t now_ = 1;
  Chip chip_;
  Port61 port_;
};

TEST_F(SystemPort, ResetValue) {
  EXPECT_EQ(Read(), 0x00u);
  EXPECT_FALSE(chip_.Gate(2));
  EXPECT_TRUE(chip_.Gate(0));
}

TEST_F(SystemPort, HasFourBitsToWriteAndNoErrors) {
  Write(0xff);
  EXPECT_EQ(Read(), 0x0fu);
  Write(0x00);
  EXPECT_EQ(Read(), 0x00u);
}

TEST_F(SystemPort, Bit0IsTheGateOfCounter2) {
  Write(0x01);
  EXPECT_TRUE(chip_.Gate(2));
  Write(0xfe);
  EXPECT_FALSE(chip_.Gate(2));
}

TEST_F(SystemPort, RefreshTogglesEveryFifteenMicroseconds) {
  now_ = 14'999;
  EXPECT_EQ(Read() & 0x10, 0x00u);
  now_ = 15'000;
  EXPECT_EQ(Read() & 0x10, 0x10u);
  now_ = 30'000;
  EXPECT_EQ(Read() & 0x10, 0x00u);
}

// What Linux does to calibrate the time-stamp counter: gate on, speaker off, mode 0, wait for bit 5.
TEST_F(SystemPort, Bit5ShowsTheEndOfACountOfCounter2) {
  Write(0x01);
  chip_.Write(kControl, 0xb0, now_);
  chip_.Write(kCounter2, 0xa9, now_);
  chip_.Write(kCounter2, 0x04, now_);  // 1193 pulses: 1 ms
  EXPECT_EQ(Read() & 0x20, 0x00u);
  now_ += 999'000;
  EXPECT_EQ(Read() & 0x20, 0x00u);
  now_ += 2'000;
  EXPECT_EQ(Read() & 0x20, 0x20u);
}

TEST_F(SystemPort, SpeakerHearsCounter2WhereBit1LetsIt) {
  chip_.Write(kControl, 0xb6, now_);  // mode 3: OUT is high
  EXPECT_FALSE(port_.Speaker(chip_, now_));
  Write(0x02);
  EXPECT_TRUE(port_.Speaker(chip_, now_));
  chip_.Write(kControl, 0xb0, now_);
  EXPECT_FALSE(port_.Speaker(chip_, now_));
}

}  // namespace
}  // namespace i8254
