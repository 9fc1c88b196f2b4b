// SPDX-License-Identifier: MIT
// The chip beside a naive one that counts second by second, over random operations and leaps in time.
// What both are to agree on is written here once more, from the data sheet and in the plainest way.
#include <algorithm>
#include <array>
#include <random>

#include "gtest/gtest.h"
#include "mc146818_chip.h"

namespace mc146818 {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kDays = 86'400 * kSecond;

class Naive {
 public:
  std::array<unsigned, 14> bytes{};
  unsigned flags = 0;
  uint64_t now = 0;
  uint64_t next_end = kSecond;  // of an update

  bool is_held() const { return (bytes[kA] & 0x60) == 0x60; }
  bool is_updating() const { return !is_held() && (bytes[kB] & 0x80) == 0; }
  bool interrupt() const { return (flags & bytes[kB] & 0x70) != 0; }

  void AdvanceTo(uint64_t to) {
    if (!is_held() && HasPeriodicEdge(to)) flags |= 0x40;
    for (; next_end <= to; next_end += kSecond) {
      if (is_updating()) Tick();
    }
    now = to;
  }

  void Write(unsigned index, unsigned value) {
    if (index == kA) {
      const bool was_held = is_held();
      bytes[kA] = value & 0x7f;
      if (was_held && !is_held()) next_end = now + kSecond / 2 + 1'984'000;
    } else if (index == kB) {
      if ((value & 0x80) != 0 && (bytes[kB] & 0x80) == 0) value &= ~0x10U;
      bytes[kB] = value;
    } else if (index < kA) {
      bytes[index] = value;
    }
  }

  unsigned Read(unsigned index) {
    if (index == kA) {
      const bool soon = is_updating() && next_end - now <= 2'228'000;
      return bytes[kA] | (soon ? 0x80U : 0);
    }
    if (index != kC) return bytes[index];
    const unsigned value = flags | (interrupt() ? 0x80U : 0);
    flags = 0;
    return value;
  }

 private:
  bool is_binary() const { return (bytes[kB] & 4) != 0; }
  bool is_24() const { return (bytes[kB] & 2) != 0; }
  unsigned Encode(unsigned value) const {
    return is_binary() ? value : value / 10 * 16 + value % 10;
  }
  unsigned EncodeHour(unsigned hour) const {
    if (is_24()) return Encode(hour);
    if (hour == 0) return Encode(12);
    if (hour < 12) return Encode(hour);
    if (hour == 12) return Encode(12) | 0x80;
    return Encode(hour - 12) | 0x80;
  }
  unsigned Value(unsigned byte, unsigned least, unsigned most) const {
    const unsigned value = is_binary() ? byte : byte / 16 * 10 + byte % 16;
    return value < least ? least : value > most ? most : value;
  }
  unsigned Hour() const {
    if (is_24()) return Value(bytes[kHours], 0, 23);
    const unsigned value = Value(bytes[kHours] & 0x7f, 1, 12);
    return (value == 12 ? 0 : value) + ((bytes[kHours] & 0x80) != 0 ? 12 : 0);
  }

  // Increments a byte; whether it went over.
  bool Increment(unsigned index, unsigned least, unsigned most) {
    const unsigned value = Value(bytes[index], least, most);
    bytes[index] = Encode(value == most ? least : value + 1);
    return value == most;
  }

  void Tick() {
    flags |= 0x10;
    if (Increment(kSeconds, 0, 59) && Increment(kMinutes, 0, 59)) {
      const unsigned hour = Hour();
      bytes[kHours] = EncodeHour((hour + 1) % 24);
      if (hour == 23) NextDay();
    }
    const unsigned time[] = {Encode(Value(bytes[kSeconds], 0, 59)),
                             Encode(Value(bytes[kMinutes], 0, 59)), EncodeHour(Hour())};
    bool matches = true;
    for (unsigned i = 0; i < 3; ++i) {
      const unsigned alarm = bytes[2 * i + 1];
      if (alarm < 0xc0 && alarm != time[i]) matches = false;
    }
    if (matches) flags |= 0x20;
  }

  void NextDay() {
    Increment(kWeekday, 1, 7);
    const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const unsigned month = Value(bytes[kMonth], 1, 12);
    const unsigned year = Value(bytes[kYear], 0, 99);
    bytes[kMonth] = Encode(month);
    bytes[kYear] = Encode(year);
    const unsigned leap = month == 2 && year % 4 == 0 ? 1 : 0;
    if (Increment(kDay, 1, lengths[month - 1] + leap) && Increment(kMonth, 1, 12)) {
      Increment(kYear, 0, 99);
    }
  }

  // Whether the tap has an edge in (now, to]. Edges are half a period off the rise of UIP.
  bool HasPeriodicEdge(uint64_t to) const {
    const unsigned rate = bytes[kA] & 15;
    if (rate == 0) return false;
    const uint64_t frequency = rate == 1 ? 256 : rate == 2 ? 128 : 65'536U >> rate;
    if (to - now >= kSecond) return true;
    for (int second = -2; second <= 2; ++second) {
      const int64_t rise = static_cast<int64_t>(next_end) - 2'228'000 + second * int64_t{kSecond};
      for (uint64_t k = 0; k < frequency; ++k) {
        const uint64_t offset = (k * kSecond + frequency - 1) / frequency + kSecond / frequency / 2;
        const int64_t edge = rise + static_cast<int64_t>(offset);
        if (edge > static_cast<int64_t>(now) && edge <= static_cast<int64_t>(to)) return true;
      }
    }
    return false;
  }
};

class Pair : public ::testing::TestWithParam<unsigned> {
 protected:
  Pair() {
    for (unsigned i = 0; i < naive_.bytes.size(); ++i)
      naive_.bytes[i] = chip_.Cmos(static_cast<uint8_t>(i));
  }

  unsigned Random(unsigned below) { return static_cast<unsigned>(random_() % below); }

  void Write(unsigned index, unsigned value) {
    chip_.Write(kIndex, static_cast<uint8_t>(index), now_);
    chip_.Write(kData, static_cast<uint8_t>(value), now_);
    naive_.Write(index, value & 0xff);
  }
  void Pass(uint64_t ns) {
    now_ += ns;
    chip_.AdvanceTo(now_);
    naive_.AdvanceTo(now_);
  }
  void Compare(bool with_c) {
    for (unsigned index = 0; index < 14; ++index) {
      if (index == kC && !with_c) continue;
      chip_.Write(kIndex, static_cast<uint8_t>(index), now_);
      EXPECT_EQ(chip_.Read(kData, now_), naive_.Read(index)) << index;
    }
    EXPECT_EQ(chip_.Interrupt(), naive_.interrupt());
  }
  // The interrupt rises at the deadline and not before; without one, not at all.
  void CheckDeadline() {
    Chip chip = chip_;
    const auto deadline = chip.Deadline();
    if (!deadline) {
      const bool before = chip.Interrupt();
      chip.AdvanceTo(now_ + 2 * kDays);
      EXPECT_EQ(chip.Interrupt(), before);
      return;
    }
    ASSERT_GT(*deadline, now_);
    chip.AdvanceTo(*deadline - 1);
    EXPECT_FALSE(chip.Interrupt());
    chip.AdvanceTo(*deadline);
    EXPECT_TRUE(chip.Interrupt());
  }

  // A byte of the calendar: mostly one that is valid in this mode, often close to a carry.
  unsigned CalendarByte(unsigned index) {
    if (Random(8) == 0) return Random(256);
    const unsigned most[] = {59, 59, 59, 59, 23, 23, 7, 31, 12, 99};
    unsigned value = Random(2) == 0 ? most[index] - Random(2) : Random(most[index] + 1);
    const bool is_hour = index == kHours || index == kHoursAlarm;
    const unsigned b = naive_.bytes[kB];
    unsigned pm = 0;
    if (is_hour && (b & 2) == 0) {
      pm = value >= 12 ? 0x80 : 0;
      value = value % 12 == 0 ? 12 : value % 12;
    }
    return ((b & 4) != 0 ? value : value / 10 * 16 + value % 10) | pm;
  }
  uint64_t Leap() {
    switch (Random(6)) {
      case 0:
        return Random(300'000);
      case 1:
        return Random(3'000'000);
      case 2:
        return random_() % kSecond;
      case 3:
        return kSecond * Random(4);
      case 4:
        return random_() % (4'000 * kSecond);
      default:
        return Random(10) == 0 ? random_() % (2 * kDays) : 1;
    }
  }
  void Operation() {
    switch (Random(6)) {
      case 0: {
        const unsigned index = Random(10);
        Write(index, CalendarByte(index));
        break;
      }
      case 1:
        Write(1 + 2 * Random(3),
              Random(2) == 0 ? 0xc0 + Random(64) : CalendarByte(1 + 2 * Random(3)));
        break;
      case 2:
        if (Random(3) == 0) Write(kB, Random(256) & (Random(3) == 0 ? 0xff : 0x7f));
        break;
      case 3:
        if (Random(3) == 0) Write(kA, Random(256));
        break;
      default:
        Pass(Leap());
    }
  }

  std::mt19937_64 random_{GetParam()};
  uint64_t now_ = 0;
  Chip chip_{951'782'399};  // 28 February 2000, 23:59:59
  Naive naive_;
};

TEST_P(Pair, AgreeOverRandomOperations) {
  for (int i = 0; i < 3'000 && !HasFailure(); ++i) {
    SCOPED_TRACE(i);
    Operation();
    Compare(/*with_c=*/Random(2) == 0);
    CheckDeadline();
  }
}

TEST_P(Pair, AgreeOverFourYearsOfDays) {
  const unsigned mode = GetParam() % 4 << 1;  // each of BCD and binary, 12 and 24 hours
  const unsigned eleven_pm[] = {0x91, 0x23, 0x8b, 23};
  Write(kB, mode);
  for (const unsigned index : {kYear, kMonth, kDay}) Write(index, 1);
  for (unsigned day = 0; day < 1'500 && !HasFailure(); ++day) {
    SCOPED_TRACE(day);
    Write(kHours, eleven_pm[mode >> 1]);
    Write(kMinutes, mode >= 4 ? 59 : 0x59);
    Pass(60 * kSecond);
    Compare(/*with_c=*/true);
  }
}

// Years are too long for the naive one: one leap is to be what many short ones are.
TEST_P(Pair, OneLeapIsManyShortOnes) {
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 50; ++i) Operation();
    Chip leaping = chip_;
    const uint64_t end = now_ + random_() % (20'000 * kDays);
    while (now_ < end) {
      now_ = std::min(end, now_ + random_() % (200 * kDays));
      chip_.AdvanceTo(now_);
    }
    leaping.AdvanceTo(end);
    for (unsigned index = 0; index < 14; ++index) {
      chip_.Write(kIndex, static_cast<uint8_t>(index), now_);
      leaping.Write(kIndex, static_cast<uint8_t>(index), now_);
      EXPECT_EQ(leaping.Read(kData, now_), chip_.Read(kData, now_)) << round << " " << index;
    }
    // Only the chip is compared here: the naive one goes on from where the chip is.
    naive_ = Naive();
    naive_.now = now_;
    naive_.next_end = now_ + kSecond;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Pair, ::testing::Range(0U, 8U));

TEST(RtcSafety, AnyOperationIsSafeAndADeadlineIsAhead) {
  std::mt19937_64 random(146'818);
  Chip chip(0);
  uint64_t now = 0;
  for (int i = 0; i < 200'000; ++i) {
    const uint64_t offset = random() % 4;
    switch (random() % 6) {
      case 0:
      case 1:
        chip.Write(offset, static_cast<uint8_t>(random()), now);
        break;
      case 2:
        chip.Read(offset, now);
        break;
      case 3:
        chip.Peek(offset, now);
        break;
      case 4:
        if (random() % 100 == 0) chip.Reset();
        chip.SetCmos(static_cast<uint8_t>(random()), static_cast<uint8_t>(random()));
        break;
      default:
        now += random() >> (random() % 40 + 24);
        chip.AdvanceTo(now);
    }
    const auto deadline = chip.Deadline();
    if (deadline) {
      ASSERT_GT(*deadline, now);
      ASSERT_LE(*deadline - now, kDays + kSecond);
    }
  }
}

}  // namespace
}  // namespace mc146818
