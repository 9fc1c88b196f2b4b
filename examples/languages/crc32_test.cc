// SPDX-License-Identifier: MIT
// A device's test is in C++, whatever the device is in.
#include <algorithm>
#include <string_view>

#include "cardcage/testing/test_cage.h"
#include "gtest/gtest.h"

namespace {

using cardcage::testing::TestCage;

constexpr uint64_t kData = 0x00;
constexpr uint64_t kAddress = 0x04;
constexpr uint64_t kLength = 0x08;
constexpr uint64_t kSum = 0x0c;
constexpr uint64_t kStatus = 0x10;
constexpr uint32_t kError = 0x1;

// The text whose sums the standards give.
constexpr std::string_view kText = "123456789";
constexpr uint32_t kCrc32 = 0xcbf43926;
constexpr uint32_t kCrc32c = 0xe3069283;

class Crc32 : public ::testing::Test {
 protected:
  uint64_t Read(uint64_t offset) { return cage_.Read(offset, 4); }
  void Write(uint64_t offset, uint64_t value) { cage_.Write(offset, value, 4); }

  TestCage cage_{cardcage_plugin_entry, "example.crc32"};
};

TEST_F(Crc32, SumsUpBytesThatAreGivenToIt) {
  for (const char byte : kText) cage_.Write(kData, static_cast<uint8_t>(byte));
  EXPECT_EQ(Read(kSum), kCrc32);
  Write(kSum, 0);
  for (const char byte : kText) cage_.Write(kData, static_cast<uint8_t>(byte));
  EXPECT_EQ(Read(kSum), kCrc32);
}

TEST_F(Crc32, SumsUpMemory) {
  std::copy(kText.begin(), kText.end(), cage_.memory().begin() + 0x1234);
  Write(kAddress, 0x1234);
  Write(kLength, kText.size());
  EXPECT_EQ(Read(kSum), kCrc32);
  EXPECT_EQ(Read(kStatus), 0u);
}

TEST_F(Crc32, TakesAtMostSixtyFourKilobytesAtOnce) {
  Write(kLength, 0xffff);
  const uint64_t sum = Read(kSum);
  Write(kSum, 0);
  Write(kLength, 0x7fffffff);
  EXPECT_EQ(Read(kSum), sum);
}

TEST_F(Crc32, WhereNoMemoryIsTheSumStaysAndStatusSaysSo) {
  cage_.Write(kData, 1);
  const uint64_t sum = Read(kSum);
  Write(kAddress, 0xfffffff0);
  Write(kLength, 0x20);
  EXPECT_EQ(Read(kSum), sum);
  EXPECT_EQ(Read(kStatus), kError);
}

TEST_F(Crc32, GoesOnFromWhatWasSaved) {
  cage_.Write(kData, kText[0]);
  TestCage other(cardcage_plugin_entry, "example.crc32");
  EXPECT_EQ(other.Load(cage_.Save()), "");
  for (const char byte : kText.substr(1)) other.Write(kData, static_cast<uint8_t>(byte));
  EXPECT_EQ(other.Read(kSum, 4), kCrc32);
}

TEST(Crc32Polynomial, OfTheOtherSum) {
  TestCage cage(cardcage_plugin_entry, "example.crc32", {{"polynomial", 1}});
  for (const char byte : kText) cage.Write(kData, static_cast<uint8_t>(byte));
  EXPECT_EQ(cage.Read(kSum, 4), kCrc32c);
}

}  // namespace
