// SPDX-License-Identifier: MIT
// A device's test is in C++, whatever the device is in.
#include <algorithm>
#include <string_view>

#include "cardcage/testing/device_test.h"

namespace {

using cardcage::testing::HasBits;

// The text whose sums the standards give.
constexpr std::string_view kText = "123456789";
constexpr uint32_t kCrc32 = 0xcbf43926;
constexpr uint32_t kCrc32c = 0xe3069283;

class Crc32 : public cardcage::testing::DeviceTest {
 protected:
  Crc32() : DeviceTest(cardcage_plugin_entry, "example.crc32") {}

  void Give(std::string_view text) {
    for (const char byte : text) WriteReg("DATA", static_cast<uint8_t>(byte));
  }
};

TEST_F(Crc32, SumsUpBytesThatAreGivenToIt) {
  Give(kText);
  EXPECT_EQ(ReadReg("SUM"), kCrc32);
  WriteReg("SUM", 0);
  Give(kText);
  EXPECT_EQ(ReadReg("SUM"), kCrc32);
}

TEST_F(Crc32, SumsUpMemory) {
  std::copy(kText.begin(), kText.end(), memory().begin() + 0x1234);
  WriteReg("ADDRESS", 0x1234);
  WriteReg("LENGTH", kText.size());
  EXPECT_EQ(ReadReg("SUM"), kCrc32);
  EXPECT_EQ(ReadReg("STATUS"), 0u);
}

TEST_F(Crc32, TakesAtMostSixtyFourKilobytesAtOnce) {
  WriteReg("LENGTH", 0xffff);
  const uint64_t sum = ReadReg("SUM");
  WriteReg("SUM", 0);
  WriteReg("LENGTH", 0x7fffffff);
  EXPECT_EQ(ReadReg("SUM"), sum);
}

TEST_F(Crc32, WhereNoMemoryIsTheSumStaysAndStatusSaysSo) {
  WriteReg("DATA", 1);
  const uint64_t sum = ReadReg("SUM");
  WriteReg("ADDRESS", 0xfffffff0);
  WriteReg("LENGTH", 0x20);
  EXPECT_EQ(ReadReg("SUM"), sum);
  EXPECT_THAT(ReadReg("STATUS"), HasBits("ERROR"));
  EXPECT_EQ(ReadReg("STATUS"), 1u);
}

TEST_F(Crc32, GoesOnFromWhatWasSaved) {
  Give(kText.substr(0, 1));
  Move();
  Give(kText.substr(1));
  EXPECT_EQ(ReadReg("SUM"), kCrc32);
}

TEST_F(Crc32, PolynomialIsThatOfTheOtherSum) {
  Make({{"polynomial", 1}});
  Give(kText);
  EXPECT_EQ(ReadReg("SUM"), kCrc32c);
}

}  // namespace
