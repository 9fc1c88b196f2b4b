// SPDX-License-Identifier: MIT
// The chip's ports, calendar and registers, without a host. Names in quotes are sections of the
// MC146818A data sheet. mc146818_interrupt_test.cc has the interrupts; mc146818_reference_test.cc
// compares the chip with one that counts each second.
#include "gtest/gtest.h"
#include "mc146818_fixture.h"

namespace mc146818 {
namespace {

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
  for (const unsigned index : {0x00u, 0x0au, 0x0bu, 0x0cu, 0x0du, 0x80u, 0xffu}) {
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
  EXPECT_EQ(chip_.Cmos(kA), 0x26);
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
  for (const unsigned held : {0x66u, 0x76u}) {
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
  for (const unsigned a : {0x00u, 0x10u, 0x30u, 0x40u, 0x50u}) {
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

}  // namespace
}  // namespace mc146818
