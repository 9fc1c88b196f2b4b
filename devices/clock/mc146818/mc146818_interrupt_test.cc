// SPDX-License-Identifier: MIT
// The chip's interrupts and deadlines, without a host. Names in quotes are sections of the MC146818A
// data sheet.
#include "gtest/gtest.h"
#include "mc146818_fixture.h"

namespace mc146818 {
namespace {

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
  for (const unsigned any : {0xc0u, 0xd5u, 0xffu}) {
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
  for (const unsigned byte : {0x60u, 0x0au, 0xbfu}) {
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
