// SPDX-License-Identifier: MIT
// The chip, without a host. Names in quotes are sections of the MC146818A data sheet.
// mc146818_reference_test.cc compares it with one that counts each second.
#include "mc146818_chip.h"

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace mc146818 {
namespace {

constexpr uint64_t kMicrosecond = 1'000;
constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kDays = 86'400 * kSecond;
constexpr int64_t kNewYear2024 = 1'704'067'200;  // Monday, 00:00:00

constexpr uint8_t kSet = 0x80, kPie = 0x40, kAie = 0x20, kUie = 0x10, kBinary = 0x04, k24 = 0x02;
constexpr uint8_t kIrqf = 0x80, kPf = 0x40, kAf = 0x20, kUf = 0x10, kUip = 0x80;

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

// --- Ports and RAM --------------------------------------------------------------------------------

TEST_F(Rtc, StartsWithTheCallersTimeAsFirmwareLeavesIt) {
  EXPECT_EQ(Time(), "24-01-01 2 00:00:00");
  EXPECT_EQ(Get(kCentury), 0x20);
  EXPECT_EQ(Get(kA), 0x26);
  EXPECT_EQ(Get(kB), 0x02);
  EXPECT_EQ(Get(kC), 0x00);
  EXPECT_EQ(Get(kD), 0x80);
  EXPECT_FALSE(chip_.Interrupt());
  EXPECT_FALSE(chip_.Deadline());
}

TEST_F(Rtc, StartsBeforeTheEpochAndClampsWhatNoYearHolds) {
  chip_ = Chip(-1);
  EXPECT_EQ(Time(), "69-12-31 4 23:59:59");
  EXPECT_EQ(Get(kCentury), 0x19);
  chip_ = Chip(INT64_MAX);
  EXPECT_EQ(Time(), "99-12-31 6 23:59:59");
  EXPECT_EQ(Get(kCentury), 0x99);
  chip_ = Chip(INT64_MIN);
  EXPECT_EQ(Time(), "00-01-01 7 00:00:00");
  EXPECT_EQ(Get(kCentury), 0x00);
}

TEST_F(Rtc, IndexPortIsForWritingAndItsTopBitMasksNmi) {
  Put(0x80 | kMonth, 0x07);
  EXPECT_TRUE(chip_.IsNmiMasked());
  EXPECT_EQ(chip_.Read(kIndex, now_), 0xff);
  EXPECT_EQ(Get(kMonth), 0x07);
  EXPECT_FALSE(chip_.IsNmiMasked());
}

TEST_F(Rtc, RamHoldsWhatGuestAndHostWriteAndResetLeavesIt) {
  for (unsigned i = kRam; i < kBytes; ++i) Put(static_cast<uint8_t>(i), i ^ 0x55);
  chip_.SetCmos(0x15, 0x80);
  chip_.Reset();
  Pass(400 * kDays);
  EXPECT_EQ(Get(0x15), 0x80);
  EXPECT_EQ(chip_.Cmos(0x15), 0x80);
  for (unsigned i = kRam; i < kBytes; ++i) {
    if (i != 0x15) {
      EXPECT_EQ(Get(static_cast<uint8_t>(i)), i ^ 0x55) << i;
    }
  }
}

TEST_F(Rtc, HostPresetsRamAlone) {
  for (const unsigned index : {0x00, 0x0a, 0x0b, 0x0c, 0x0d, 0x80, 0xff}) {
    const uint8_t before = Get(static_cast<uint8_t>(index));
    chip_.SetCmos(static_cast<uint8_t>(index), 0x77);
    EXPECT_EQ(Get(static_cast<uint8_t>(index)), before) << index;
  }
}

TEST_F(Rtc, ResetSwitchesInterruptsOffAndKeepsTheRest) {  // "RESET"
  Put(kA, 0x2f);
  Put(kB, 0xff & ~unsigned{kSet});
  Pass(2 * kSecond);
  EXPECT_TRUE(chip_.Interrupt());
  chip_.Reset();
  EXPECT_FALSE(chip_.Interrupt());
  EXPECT_EQ(Get(kA), 0x2f);
  EXPECT_EQ(Get(kB), 0x07);
  EXPECT_EQ(Get(kC), 0x00);
  EXPECT_EQ(Get(kSeconds), 2);
}

TEST_F(Rtc, OffsetsBeyondThePortsReadAsNothing) {
  chip_.Write(2, 0x12, now_);
  EXPECT_EQ(chip_.Read(2, now_), 0xff);
}

// --- Calendar -------------------------------------------------------------------------------------

TEST_F(Rtc, CountsSecondsInBcd) {
  Pass(kSecond - 1);
  EXPECT_EQ(Time(), "24-01-01 2 00:00:00");
  Pass(1);
  EXPECT_EQ(Time(), "24-01-01 2 00:00:01");
  Pass(((23 * 60 + 59) * 60 + 58) * kSecond);
  EXPECT_EQ(Time(), "24-01-01 2 23:59:59");
  Pass(kSecond);
  EXPECT_EQ(Time(), "24-01-02 3 00:00:00");
}

TEST_F(Rtc, CountsInBinaryWhereTheGuestSetsDm) {
  Put(kB, kBinary | k24);
  SetTime({99, 12, 31, 7, 23, 59, 59});
  EXPECT_EQ(Time(), "63-0c-1f 7 17:3b:3b");
  Pass(kSecond);
  EXPECT_EQ(Time(), "00-01-01 1 00:00:00");
}

TEST_F(Rtc, CountsTwelveHoursWithPm) {
  const struct {
    unsigned before, after;
  } hours[] = {{0x12, 0x01}, {0x09, 0x10}, {0x11, 0x92}, {0x92, 0x81}, {0x89, 0x90}, {0x91, 0x12}};
  Put(kB, 0);
  for (const auto& [before, after] : hours) {
    SetTime({0x24, 0x01, 0x01, 2, before, 0x59, 0x59});
    Pass(kSecond);
    EXPECT_EQ(Get(kHours), after) << before;
    EXPECT_EQ(Get(kDay), before == 0x91 ? 2 : 1) << before;
  }
}

TEST_F(Rtc, FebruaryHas29DaysInEachFourthYear) {
  for (unsigned year = 0; year < 100; ++year) {
    SetTime({(year / 10) << 4 | year % 10, 0x02, 0x28, 1, 0x23, 0x59, 0x59});
    Pass(kSecond);
    EXPECT_EQ(Get(kDay), year % 4 == 0 ? 0x29 : 0x01) << year;
    EXPECT_EQ(Get(kMonth), year % 4 == 0 ? 0x02 : 0x03) << year;
  }
}

TEST_F(Rtc, YearGoesFrom99To0AndTheCenturyIsTheGuests) {
  SetTime({0x99, 0x12, 0x31, 5, 0x23, 0x59, 0x59});
  Pass(kSecond);
  EXPECT_EQ(Time(), "00-01-01 6 00:00:00");
  EXPECT_EQ(Get(kCentury), 0x20);
}

TEST_F(Rtc, LeapsOverYearsAtOnce) {
  Pass(366 * kDays);
  EXPECT_EQ(Time(), "25-01-01 4 00:00:00");
  Pass(36'525 * kDays);  // a century of the chip's, and 5217 weeks and 6 days
  EXPECT_EQ(Time(), "25-01-01 3 00:00:00");
}

TEST_F(Rtc, TimeNearTheEndOfTheClockIsHarmless) {
  Put(kB, kPie | kAie | kUie | k24);
  Pass(~uint64_t{0} - 1);
  Get(kC);
  EXPECT_FALSE(chip_.Deadline());
  Pass(1);
  EXPECT_EQ(Get(kA) & 0x7f, 0x26);
}

TEST_F(Rtc, ValuesThatAreNoTimeReadBackUntilTheyAreCounted) {
  SetTime({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
  EXPECT_EQ(Get(kSeconds), 0xff);
  EXPECT_EQ(Get(kYear), 0xff);
  Pass(kSecond);  // as 23:59:59 of the last day of year 99, a Saturday
  EXPECT_EQ(Time(), "00-01-01 1 00:00:00");
  SetTime({0xaa, 0x00, 0x00, 0x00, 0x00, 0x61, 0x00});
  Pass(kSecond);
  EXPECT_EQ(Get(kSeconds), 0x01);
  EXPECT_EQ(Get(kMinutes), 0x61);  // no carry has come to it
}

TEST_F(Rtc, DaylightSavingIsKeptAndIgnored) {
  Put(kB, k24 | 1);
  SetTime({0x24, 0x04, 0x28, 1, 0x01, 0x59, 0x59});  // the last Sunday in April
  Pass(kSecond);
  EXPECT_EQ(Get(kHours), 0x02);
  EXPECT_EQ(Get(kB), k24 | 1);
}

// --- Update cycle ---------------------------------------------------------------------------------

TEST_F(Rtc, UipIsSet244MicrosecondsBeforeTheUpdateAndDuringIt) {  // table 6
  Pass(kSecond - 2228 * kMicrosecond - 1);
  EXPECT_EQ(Get(kA), 0x26);
  Pass(1);
  EXPECT_EQ(Get(kA), 0x26 | kUip);
  Pass(2228 * kMicrosecond - 1);
  EXPECT_EQ(Get(kA), 0x26 | kUip);
  EXPECT_EQ(Get(kSeconds), 0);
  Pass(1);
  EXPECT_EQ(Get(kA), 0x26);
  EXPECT_EQ(Get(kSeconds), 1);
}

TEST_F(Rtc, UipIsNotWritten) {
  Put(kA, 0xa6);
  EXPECT_EQ(Get(kA), 0x26);
}

TEST_F(Rtc, SetHaltsUpdatesAndClearsUipAndUie) {  // "Register B"
  Pass(kSecond - kMicrosecond);
  Put(kB, kSet | kUie | k24);
  EXPECT_EQ(Get(kA), 0x26);
  EXPECT_EQ(Get(kB), kSet | k24);
  Pass(10 * kSecond);
  EXPECT_EQ(Time(), "24-01-01 2 00:00:00");
  EXPECT_EQ(Get(kC) & (kUf | kAf), 0);
  Put(kB, k24);
  Pass(kMicrosecond);  // the divider has gone on
  EXPECT_EQ(Get(kSeconds), 1);
}

TEST_F(Rtc, DividerResetHoldsTheClockAndRestartsItAfterHalfASecond) {  // "DV2, DV1, DV0"
  for (const unsigned held : {0x66, 0x76}) {
    Pass(123'456'789);
    SetTime({0x24, 0x01, 0x01, 2, 0x00, 0x00, 0x00});
    Put(kA, held);
    Get(kC);
    Pass(5 * kSecond);
    EXPECT_EQ(Get(kSeconds), 0);
    EXPECT_EQ(Get(kA), held);
    EXPECT_EQ(Get(kC), 0);
    Put(kA, 0x26);
    Pass(kSecond / 2 - 244 * kMicrosecond - 1);
    EXPECT_EQ(Get(kA), 0x26);
    Pass(1);
    EXPECT_EQ(Get(kA), 0x26 | kUip);
    Pass(2228 * kMicrosecond - 1);
    EXPECT_EQ(Get(kSeconds), 0);
    Pass(1);
    EXPECT_EQ(Get(kSeconds), 1);
    Pass(kSecond);
    EXPECT_EQ(Get(kSeconds), 2);
  }
}

TEST_F(Rtc, OtherTimeBasesCountAs32Kilohertz) {
  for (const unsigned a : {0x00, 0x10, 0x30, 0x40, 0x50}) {
    SetTime({0x24, 0x01, 0x01, 2, 0x00, 0x00, 0x00});
    Put(kA, a);
    Pass(kSecond);
    EXPECT_EQ(Get(kSeconds), 1) << a;
  }
}

// --- Registers C and D ----------------------------------------------------------------------------

TEST_F(Rtc, ReadingCClearsEachFlag) {  // "Register C"
  SetAlarm(0xff, 0xff, 0xff);
  Pass(kSecond);
  EXPECT_EQ(Get(kC), kPf | kAf | kUf);  // none is enabled, so no IRQF
  EXPECT_EQ(Get(kC), 0);
}

TEST_F(Rtc, RegistersCAndDAreNotWritten) {
  Put(kC, 0xff);
  Put(kD, 0x00);
  EXPECT_EQ(Get(kC), 0x00);
  EXPECT_EQ(Get(kD), 0x80);
}

TEST_F(Rtc, FlagThatIsSetInterruptsAtOnceWhenItIsEnabled) {  // "Interrupts"
  SetAlarm(0xff, 0xff, 0xff);
  for (const unsigned enable : {kPie, kAie, kUie}) {
    Put(kB, k24);
    Pass(kSecond);
    EXPECT_FALSE(chip_.Interrupt());
    Put(kB, enable | k24);
    EXPECT_TRUE(chip_.Interrupt()) << enable;
    EXPECT_FALSE(chip_.Deadline()) << enable;  // the guest is to read first
    EXPECT_EQ(Get(kC), kIrqf | kPf | kAf | kUf) << enable;
    EXPECT_FALSE(chip_.Interrupt()) << enable;
  }
}

TEST_F(Rtc, PeekChangesNothing) {
  Put(kB, kUie | k24);
  chip_.Write(kIndex, kC, now_);
  EXPECT_EQ(chip_.Peek(kData, now_ + kSecond), kIrqf | kPf | kUf);
  EXPECT_EQ(chip_.Peek(kData, now_), 0);
  Pass(kSecond);
  EXPECT_EQ(chip_.Peek(kData, now_), kIrqf | kPf | kUf);
  EXPECT_EQ(Get(kC), kIrqf | kPf | kUf);
}

// --- Interrupts -----------------------------------------------------------------------------------

TEST_F(Rtc, UpdateEndedInterruptComesWithEachSecond) {
  Put(kB, kUie | k24);
  for (uint64_t second = 1; second <= 3; ++second) {
    EXPECT_FALSE(chip_.Interrupt());
    ASSERT_TRUE(PassToDeadline());
    EXPECT_EQ(now_, second * kSecond);
    EXPECT_TRUE(chip_.Interrupt());
    EXPECT_EQ(Get(kSeconds), second);
    EXPECT_EQ(Get(kC) & (kIrqf | kUf), kIrqf | kUf);
  }
}

TEST_F(Rtc, PeriodicRatesAreThoseOfTheTable) {  // table 5
  const unsigned frequencies[] = {0,   256, 128, 8192, 4096, 2048, 1024, 512,
                                  256, 128, 64,  32,   16,   8,    4,    2};
  Put(kB, kPie | k24);
  for (unsigned rate = 0; rate < 16; ++rate) {
    Put(kA, 0x20 | rate);
    Get(kC);
    EXPECT_EQ(chip_.Deadline().has_value(), rate != 0);
    const uint64_t begin = now_;
    unsigned count = 0;
    for (; chip_.Deadline() && *chip_.Deadline() <= begin + kSecond; ++count) {
      PassToDeadline();
      EXPECT_EQ(Get(kC) & (kIrqf | kPf), kIrqf | kPf);
    }
    EXPECT_EQ(count, frequencies[rate]) << rate;
    Pass(begin + kSecond - now_);
  }
}

TEST_F(Rtc, FastestPeriodicInterruptIsEvery122Microseconds) {
  Put(kA, 0x23);
  Put(kB, kPie | k24);
  PassToDeadline();
  for (int i = 0; i < 10'000; ++i) {
    Get(kC);
    const uint64_t before = now_;
    PassToDeadline();
    EXPECT_NEAR(static_cast<double>(now_ - before), 122'070.3, 1.0);
  }
}

TEST_F(Rtc, PeriodicInterruptIsHalfAPeriodFromTheRiseOfUip) {  // "Update cycle"
  for (const unsigned rate : {6u, 10u, 15u}) {
    Put(kA, 0x20 | rate);
    Put(kB, kPie | k24);
    const uint64_t period = kSecond / (65536u >> rate);
    const uint64_t begin = now_;
    Pass(kSecond - 2228 * kMicrosecond - period / 2 - 1);
    Get(kC);
    Pass(1);
    EXPECT_EQ(Get(kC) & kPf, kPf);
    Pass(period - 1);
    EXPECT_EQ(Get(kC) & kPf, 0);
    Pass(begin + kSecond - now_);
  }
}

TEST_F(Rtc, PeriodicFlagComesWithoutItsInterruptAndWhileSetIsOn) {
  Put(kB, kSet | k24);
  Pass(kSecond / 1024);
  EXPECT_EQ(Get(kC), kPf);
}

TEST_F(Rtc, LatePeriodicInterruptsAreOne) {
  Put(kB, kPie | k24);
  Pass(kDays);
  EXPECT_EQ(Get(kC) & kPf, kPf);
  EXPECT_EQ(Get(kC), 0);
}

TEST_F(Rtc, AlarmMatchesOnceADay) {  // "Time, calendar, and alarm locations"
  SetAlarm(0x13, 0x02, 0x03);
  Put(kB, kAie | k24);
  const uint64_t alarm = ((13 * 60 + 2) * 60 + 3) * kSecond;
  for (uint64_t day = 0; day < 3; ++day) {
    ASSERT_TRUE(PassToDeadline());
    EXPECT_EQ(now_, day * kDays + alarm);
    EXPECT_EQ(Get(kC) & (kIrqf | kAf), kIrqf | kAf);
  }
}

TEST_F(Rtc, AlarmBytesOfC0AndAboveMatchAll) {
  for (const unsigned any : {0xc0, 0xd5, 0xff}) {
    for (unsigned mask = 0; mask < 8; ++mask) {
      SetTime({0x24, 0x01, 0x01, 2, 0x00, 0x00, 0x00});
      SetAlarm((mask & 4) != 0 ? any : 0x02, (mask & 2) != 0 ? any : 0x01,
               (mask & 1) != 0 ? any : 0x00);
      Put(kB, kAie | k24);
      Get(kC);
      const uint64_t begin = now_;
      ASSERT_TRUE(PassToDeadline());
      const uint64_t hours = (mask & 4) != 0 ? 0 : 2;
      const uint64_t minutes = (mask & 2) == 0 ? 1 : (mask & 5) == 4 ? 1 : 0;
      uint64_t expected = (hours * 60 + minutes) * 60;
      if ((mask & 7) == 7) expected = 1;
      EXPECT_EQ((now_ - begin) / kSecond, expected) << mask;
      EXPECT_EQ(Get(kC) & kAf, kAf);
    }
  }
}

TEST_F(Rtc, AlarmInTwelveHoursKnowsPm) {
  Put(kB, 0);
  SetTime({0x24, 0x01, 0x01, 2, 0x12, 0x00, 0x00});
  SetAlarm(0x81, 0x00, 0x00);
  Put(kB, kAie);
  ASSERT_TRUE(PassToDeadline());
  EXPECT_EQ(now_, 13 * 3600 * kSecond);
}

TEST_F(Rtc, AlarmThatIsNoTimeNeverComes) {
  Put(kB, kAie | k24);
  for (const unsigned byte : {0x60, 0x0a, 0xbf}) {
    SetAlarm(0xff, byte, 0xff);
    EXPECT_FALSE(chip_.Deadline()) << byte;
    Pass(400 * kDays);
    EXPECT_EQ(Get(kC) & kAf, 0) << byte;
  }
}

TEST_F(Rtc, AlarmOfThisVerySecondComesTomorrow) {
  Put(kB, kAie | k24);
  SetAlarm(0, 0, 0);
  ASSERT_TRUE(PassToDeadline());
  EXPECT_EQ(now_, kDays);
}

TEST_F(Rtc, AlarmDuringALeapOverYearsIsFlagged) {
  SetAlarm(0x12, 0x00, 0x00);
  Pass(1000 * kDays);
  EXPECT_EQ(Get(kC) & kAf, kAf);
}

TEST_F(Rtc, NothingEnabledHasNoDeadline) {
  SetAlarm(0xff, 0xff, 0xff);
  EXPECT_FALSE(chip_.Deadline());
  Put(kB, kSet | kAie | k24);  // updates are held back
  EXPECT_FALSE(chip_.Deadline());
  Put(kB, kSet | kUie | k24);
  EXPECT_FALSE(chip_.Deadline());
  Put(kA, 0x66);
  Put(kB, kPie | kAie | kUie | k24);
  EXPECT_FALSE(chip_.Deadline());
}

}  // namespace
}  // namespace mc146818
