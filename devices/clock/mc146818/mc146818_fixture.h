// SPDX-License-Identifier: MIT
// What the tests of the chip share: bytes by index, and time that passes.
#ifndef MC146818_FIXTURE_H_
#define MC146818_FIXTURE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "mc146818_chip.h"

namespace mc146818 {

inline constexpr uint64_t kMicrosecond = 1'000;
inline constexpr uint64_t kSecond = 1'000'000'000;
inline constexpr uint64_t kDays = 86'400 * kSecond;
inline constexpr int64_t kNewYear2024 = 1'704'067'200;  // Monday, 00:00:00

inline constexpr uint8_t kSet = 0x80, kPie = 0x40, kAie = 0x20, kUie = 0x10, kBinary = 0x04,
                         k24 = 0x02;
inline constexpr uint8_t kIrqf = 0x80, kPf = 0x40, kAf = 0x20, kUf = 0x10, kUip = 0x80;

class Rtc : public ::testing::Test {
 protected:
  uint8_t Get(uint8_t index) {
    chip_.Write(kIndex, index, now_);
    return chip_.Read(kData, now_);
  }
  void Put(uint8_t index, unsigned value) {
    chip_.Write(kIndex, index, now_);
    chip_.Write(kData, static_cast<uint8_t>(value), now_);
  }
  void Pass(uint64_t ns) { chip_.AdvanceTo(now_ += ns); }
  // Goes to the deadline that the chip tells; false where it tells none.
  bool PassToDeadline() {
    const auto deadline = chip_.Deadline();
    if (!deadline) return false;
    EXPECT_GT(*deadline, now_);
    Pass(*deadline - now_);
    return true;
  }
  // "yy-mm-dd weekday hh:mm:ss", each byte in hex.
  std::string Time() {
    std::string text;
    for (const uint8_t index : {kYear, kMonth, kDay, kWeekday, kHours, kMinutes, kSeconds}) {
      const uint8_t byte = Get(index);
      if (index == kWeekday) {
        text += " " + std::to_string(byte) + " ";
        continue;
      }
      text += "0123456789abcdef"[byte >> 4];
      text += "0123456789abcdef"[byte & 15];
      if (index != kSeconds && index != kDay) text += index >= kMonth ? "-" : ":";
    }
    return text;
  }
  void SetTime(const std::vector<unsigned>& bytes) {  // from the year down to the seconds
    Put(kB, Get(kB) | kSet);
    size_t i = 0;
    for (const uint8_t index : {kYear, kMonth, kDay, kWeekday, kHours, kMinutes, kSeconds}) {
      Put(index, bytes[i++]);
    }
    Put(kB, Get(kB) & ~unsigned{kSet});
  }
  void SetAlarm(unsigned hours, unsigned minutes, unsigned seconds) {
    Put(kHoursAlarm, hours);
    Put(kMinutesAlarm, minutes);
    Put(kSecondsAlarm, seconds);
  }

  uint64_t now_ = 0;
  Chip chip_{kNewYear2024};
};

}  // namespace mc146818

#endif  // MC146818_FIXTURE_H_
