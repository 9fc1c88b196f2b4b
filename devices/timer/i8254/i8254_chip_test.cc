// SPDX-License-Identifier: MIT
// The chip, without a host. Titles in brackets are sections of Intel's 8254 data sheet. A wave form is
// OUT behind each pulse of CLK, which is 1 ns here.
#include "i8254_chip.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace i8254 {
namespace {

using Counts = std::vector<unsigned>;

class Pit : public ::testing::Test {
 protected:
  // Control words of counter 0; a mode is added by `Mode`.
  static constexpr unsigned kLowByte = 0x10, kHighByte = 0x20, kTwoBytes = 0x30, kBcd = 0x01;

  void Control(unsigned value) { chip_.Write(kControl, static_cast<uint8_t>(value), now_); }
  void Mode(unsigned mode, unsigned rest = kLowByte) { Control(rest | mode << 1); }
  void Write(unsigned value, uint64_t counter = 0) {
    chip_.Write(counter, static_cast<uint8_t>(value), now_);
  }
  void WriteBoth(unsigned value) {
    Write(value & 0xff);
    Write(value >> 8);
  }
  unsigned Read(uint64_t counter = 0) { return chip_.Read(counter, now_); }
  unsigned ReadBoth() {
    const unsigned low = Read();
    return Read() << 8 | low;
  }
  void Gate(bool level) { chip_.SetGate(0, level, now_); }
  void PulseGate() {
    Gate(false);
    Gate(true);
  }
  bool Out() { return chip_.Output(0, now_); }
  void Pass(uint64_t pulses) { chip_.AdvanceTo(now_ += pulses); }
  std::string Wave(unsigned pulses) {
    std::string wave;
    for (unsigned i = 0; i < pulses; ++i) {
      Pass(1);
      wave += Out() ? '1' : '0';
    }
    return wave;
  }
  // What one-byte reads give behind each pulse.
  Counts Read(uint64_t counter, unsigned pulses) {
    Counts counts;
    for (unsigned i = 0; i < pulses; ++i) {
      Pass(1);
      counts.push_back(Read(counter));
    }
    return counts;
  }
  unsigned StatusByte() {
    Control(0xe2);
    return Read();
  }
  // How many pulses from now OUT changes, or -1.
  int64_t Change() {
    const auto deadline = chip_.Deadline(0);
    return deadline ? static_cast<int64_t>(*deadline - now_) : -1;
  }

  uint64_t now_ = 1000;
  Chip chip_{1'000'000'000};
};

// --- Reset and control words ---------------------------------------------------------------------

TEST_F(Pit, ResetValues) {
  for (unsigned counter = 0; counter < kCounters; ++counter) {
    EXPECT_FALSE(chip_.Output(counter, now_));
    EXPECT_TRUE(chip_.Gate(counter));
    EXPECT_FALSE(chip_.Deadline(counter));
    EXPECT_EQ(Read(counter), 0u);
  }
  EXPECT_EQ(StatusByte(), 0x70u);
}

TEST_F(Pit, ResetKeepsGatesAndNothingElse) {
  Mode(3);
  Write(5);
  Gate(false);
  Pass(3);
  chip_.Reset(now_);
  EXPECT_FALSE(chip_.Gate(0));
  EXPECT_EQ(StatusByte(), 0x70u);
  EXPECT_EQ(ReadBoth(), 0u);
  EXPECT_FALSE(Out());
}

TEST_F(Pit, ControlWordSetsOutAtOnce) {  // [Operation Common to All Modes]
  for (unsigned mode = 0; mode < 8; ++mode) {
    Mode(mode);
    EXPECT_EQ(Out(), mode != 0) << mode;
  }
}

TEST_F(Pit, NothingCountsBeforeACountIsWritten) {
  for (unsigned mode = 0; mode < 6; ++mode) {
    Mode(mode);
    PulseGate();
    EXPECT_EQ(Change(), -1) << mode;
    EXPECT_EQ(Wave(3), mode == 0 ? "000" : "111") << mode;
  }
}

TEST_F(Pit, ControlIsNotReadable) { EXPECT_EQ(Read(kControl), 0xffu); }

TEST_F(Pit, OffsetsBeyondTheLastAreSafe) {
  Write(0x12, 4);
  EXPECT_EQ(Read(4), 0xffu);
  EXPECT_EQ(chip_.Peek(4, now_), 0xff);
}

TEST_F(Pit, CountersAreIndependent) {
  chip_.Write(kControl, 0x50, now_);  // counter 1, low byte, mode 0
  chip_.Write(kControl, 0x94, now_);  // counter 2, low byte, mode 2
  Write(3, 1);
  Write(4, 2);
  EXPECT_EQ(chip_.Deadline(1), now_ + 4);
  EXPECT_EQ(chip_.Deadline(2), now_ + 4);
  Pass(4);
  EXPECT_TRUE(chip_.Output(1, now_));
  EXPECT_FALSE(chip_.Output(2, now_));
  EXPECT_FALSE(Out());
}

TEST_F(Pit, OneByteCountsHaveTheOtherByteZero) {  // [Write Operations]
  Mode(4, kTwoBytes);
  WriteBoth(0xffff);
  Mode(4, kHighByte);
  Write(0x12);
  EXPECT_EQ(Change(), 0x1201);
  Mode(4, kLowByte);
  Write(0x34);
  EXPECT_EQ(Change(), 0x35);
}

TEST_F(Pit, OneByteReadsGiveTheByteOfTheControlWord) {  // [figure 7]
  Mode(4, kHighByte);
  Write(0x12);
  Pass(2);
  EXPECT_EQ(Read(), 0x11u);
  EXPECT_EQ(Read(), 0x11u);
  Mode(4, kLowByte);
  Write(0x34);
  Pass(2);
  EXPECT_EQ(Read(), 0x33u);
  EXPECT_EQ(Read(), 0x33u);
}

TEST_F(Pit, ReadsAndWritesOfTwoBytesInterleave) {  // [Read Operations], the example
  Mode(4, kTwoBytes);
  WriteBoth(0x1234);
  Pass(1);
  EXPECT_EQ(Read(), 0x34u);
  Write(0x78);
  EXPECT_EQ(Read(), 0x12u);
  Write(0x56);
  Pass(1);
  EXPECT_EQ(ReadBoth(), 0x5678u);
}

TEST_F(Pit, ControlWordBringsBothTogglesBackToTheFirstByte) {
  Mode(4, kTwoBytes);
  Write(0xaa);
  Read();
  Mode(4, kTwoBytes);
  WriteBoth(0x1234);
  Pass(1);
  EXPECT_EQ(ReadBoth(), 0x1234u);
}

TEST_F(Pit, ZeroIsTheLargestCount) {
  Mode(0, kTwoBytes);
  WriteBoth(0);
  EXPECT_EQ(Change(), 0x10001);
  Mode(0, kTwoBytes | kBcd);
  WriteBoth(0);
  EXPECT_EQ(Change(), 10001);
  Pass(2);
  EXPECT_EQ(ReadBoth(), 0x9999u);
}

TEST_F(Pit, BcdCountsInDecades) {
  Mode(0, kTwoBytes | kBcd);
  WriteBoth(0x1000);
  EXPECT_EQ(Change(), 1001);
  Pass(2);
  EXPECT_EQ(ReadBoth(), 0x0999u);
  Pass(1000);
  EXPECT_EQ(ReadBoth(), 0x9999u);  // [Operation Common to All Modes]: wraps around
}

TEST_F(Pit, BcdDigitsBeyondNineAreSafe) {
  for (unsigned mode = 0; mode < 6; ++mode) {
    Mode(mode, kTwoBytes | kBcd);
    WriteBoth(0xffff);
    PulseGate();
    Pass(1'000'000'007);
    for (const unsigned shift : {0u, 4u, 8u, 12u}) EXPECT_LT(ReadBoth() >> shift & 0xf, 10u);
  }
}

// --- Latches and read-back -----------------------------------------------------------------------

TEST_F(Pit, LatchHoldsTheCountUntilItIsRead) {  // [Counter Latch Command]
  Mode(2, kTwoBytes);
  WriteBoth(0x1000);
  Pass(0x101);
  Control(0x00);
  Pass(0x20);
  EXPECT_EQ(ReadBoth(), 0x0f00u);
  EXPECT_EQ(ReadBoth(), 0x0ee0u);
}

TEST_F(Pit, SecondLatchIsIgnoredUntilTheFirstWasRead) {
  Mode(2, kLowByte);
  Write(100);
  Pass(1);
  Control(0x00);
  Pass(1);
  Control(0x00);
  EXPECT_EQ(Read(), 100u);
  EXPECT_EQ(Read(), 99u);
}

TEST_F(Pit, LatchIsGoneWithAControlWord) {
  Mode(2);
  Write(100);
  Pass(1);
  Control(0xc2);  // count and status
  Mode(4);
  Write(7);
  Pass(1);
  EXPECT_EQ(Read(), 7u);
}

TEST_F(Pit, LatchBetweenTwoBytesIsReadFromItsFirstByte) {
  Mode(4, kTwoBytes);
  WriteBoth(0x1234);
  Pass(1);
  Read();
  Control(0x00);
  EXPECT_EQ(ReadBoth(), 0x1234u);
}

TEST_F(Pit, LatchLeavesTheModeAlone) {
  Mode(3, kTwoBytes);
  Control(0x00);
  EXPECT_EQ(StatusByte() & 0x3f, 0x36u);
}

TEST_F(Pit, ReadBackLatchesTheSelectedCounters) {  // [Read-Back Command]
  for (const unsigned control : {0x14u, 0x54u, 0x94u}) Control(control);
  for (uint64_t counter = 0; counter < 3; ++counter) Write(50, counter);
  Pass(1);
  Control(0xd0 | 0x0a);  // the counts of 0 and 2
  Pass(5);
  EXPECT_EQ(Read(0), 50u);
  EXPECT_EQ(Read(1), 45u);
  EXPECT_EQ(Read(2), 50u);
}

TEST_F(Pit, StatusIsReadBeforeTheCount) {
  Mode(2, kTwoBytes);
  WriteBoth(0x1234);
  Pass(1);
  Control(0xc2);
  Pass(9);
  EXPECT_EQ(Read(), 0xb4u);
  EXPECT_EQ(ReadBoth(), 0x1234u);
  EXPECT_EQ(ReadBoth(), 0x122bu);
}

TEST_F(Pit, SecondStatusLatchIsIgnoredUntilTheFirstWasRead) {
  Mode(0);
  Write(1);
  Control(0xe2);
  Pass(2);
  Control(0xe2);
  EXPECT_EQ(Read(), 0x50u);
  EXPECT_EQ(StatusByte(), 0x90u);
}

TEST_F(Pit, StatusShowsTheControlWordAsItWasWritten) {
  for (unsigned word = 0x10; word < 0x40; ++word) {
    Control(word);
    EXPECT_EQ(StatusByte() & 0x3f, word);
  }
}

TEST_F(Pit, NullCountByTable) {  // [figure 12]
  Mode(2, kTwoBytes);
  EXPECT_EQ(StatusByte() & 0x40, 0x40u);
  WriteBoth(5);
  EXPECT_EQ(StatusByte() & 0x40, 0x40u);
  Pass(1);
  EXPECT_EQ(StatusByte() & 0x40, 0x00u);
  Write(7);
  EXPECT_EQ(StatusByte() & 0x40, 0x00u);  // not before the second byte
  Write(0);
  EXPECT_EQ(StatusByte() & 0x40, 0x40u);
  Pass(5);  // the end of the period
  EXPECT_EQ(StatusByte() & 0x40, 0x00u);
}

TEST_F(Pit, PeekChangesNothing) {
  Mode(2, kTwoBytes);
  WriteBoth(0x1234);
  Pass(1);
  Control(0xc2);
  for (int twice = 0; twice < 2; ++twice) EXPECT_EQ(chip_.Peek(0, now_ + 7), 0xb4);
  EXPECT_EQ(Read(), 0xb4u);
  for (int twice = 0; twice < 2; ++twice) EXPECT_EQ(chip_.Peek(0, now_), 0x34);
  EXPECT_EQ(ReadBoth(), 0x1234u);
}

// --- Modes ---------------------------------------------------------------------------------------

TEST_F(Pit, Mode0OutRisesOneMoreThanTheCountAfterTheWrite) {  // [Mode 0]
  Mode(0);
  Write(4);
  EXPECT_EQ(Change(), 5);
  EXPECT_EQ(Wave(8), "00001111");
  EXPECT_EQ(Change(), -1);
  EXPECT_EQ(Read(), 0xfdu);  // wrapped around
}

TEST_F(Pit, Mode0GateStopsTheCount) {
  Mode(0);
  Write(3);
  EXPECT_EQ(Read(0, 2), (Counts{3, 2}));
  Gate(false);
  EXPECT_EQ(Change(), -1);
  EXPECT_EQ(Read(0, 2), (Counts{2, 2}));
  Gate(true);
  EXPECT_EQ(Wave(3), "011");
}

TEST_F(Pit, Mode0CountIsLoadedWhileGateIsLow) {
  Gate(false);
  Mode(0);
  Write(2);
  Pass(5);
  Gate(true);
  EXPECT_EQ(Wave(2), "01");
}

TEST_F(Pit, Mode0NewCountSetsOutLowAndCountsOnFromIt) {
  Mode(0);
  Write(1);
  EXPECT_EQ(Wave(2), "01");
  Write(2);
  EXPECT_FALSE(Out());
  EXPECT_EQ(Wave(3), "001");
}

TEST_F(Pit, Mode0FirstByteStopsTheCountAndSetsOutLow) {
  Mode(0, kTwoBytes);
  WriteBoth(2);
  EXPECT_EQ(Wave(3), "001");
  Write(3);
  EXPECT_FALSE(Out());
  EXPECT_EQ(Change(), -1);
  EXPECT_EQ(Wave(5), "00000");
  Write(0);
  EXPECT_EQ(Wave(4), "0001");
}

TEST_F(Pit, Mode1IsLowForTheCountBehindEachTrigger) {  // [Mode 1]
  Mode(1);
  Write(3);
  EXPECT_EQ(Wave(2), "11");
  PulseGate();
  EXPECT_EQ(Change(), 1);
  EXPECT_EQ(Wave(5), "00011");
  PulseGate();
  EXPECT_EQ(Wave(2), "00");
  PulseGate();  // again: from the whole count
  EXPECT_EQ(Wave(4), "0001");
}

TEST_F(Pit, Mode1CountsWhileGateIsLow) {
  Mode(1);
  Write(2);
  PulseGate();
  Gate(false);
  EXPECT_EQ(Wave(3), "001");
}

TEST_F(Pit, Mode1NewCountWaitsForATrigger) {
  Mode(1);
  Write(2);
  PulseGate();
  Pass(1);
  Write(4);
  EXPECT_EQ(Wave(2), "01");
  PulseGate();
  EXPECT_EQ(Wave(5), "00001");
}

TEST_F(Pit, Mode2IsLowForTheLastPulseOfEachPeriod) {  // [Mode 2]
  Mode(2);
  Write(3);
  EXPECT_EQ(Change(), 3);
  EXPECT_EQ(Wave(9), "110110110");
  EXPECT_EQ(Read(0, 4), (Counts{3, 2, 1, 3}));
}

TEST_F(Pit, Mode2GateLowSetsOutHighAndATriggerStartsThePeriod) {
  Mode(2);
  Write(3);
  EXPECT_EQ(Wave(3), "110");
  Gate(false);
  EXPECT_TRUE(Out());
  EXPECT_EQ(Wave(3), "111");
  Gate(true);
  EXPECT_EQ(Wave(6), "110110");
}

TEST_F(Pit, Mode2NewCountWaitsForTheEndOfThePeriod) {
  Mode(2);
  Write(4);
  Pass(2);
  Write(2);
  EXPECT_EQ(Read(0, 5), (Counts{2, 1, 2, 1, 2}));
  Write(5);
  PulseGate();  // or for a trigger
  EXPECT_EQ(Read(0, 2), (Counts{5, 4}));
}

TEST_F(Pit, Mode3HalvesAnEvenCount) {  // [Mode 3]
  Mode(3);
  Write(4);
  EXPECT_EQ(Change(), 3);
  EXPECT_EQ(Wave(9), "110011001");
  EXPECT_EQ(Read(0, 4), (Counts{2, 4, 2, 4}));
}

TEST_F(Pit, Mode3OfAnOddCountIsHighForOneMore) {
  Mode(3);
  Write(5);
  EXPECT_EQ(Wave(11), "11100111001");
  PulseGate();
  EXPECT_EQ(Read(0, 6), (Counts{4, 2, 0, 4, 2, 4}));
}

TEST_F(Pit, Mode3GateLowSetsOutHighAndATriggerStartsThePeriod) {
  Mode(3);
  Write(4);
  EXPECT_EQ(Wave(3), "110");
  Gate(false);
  EXPECT_TRUE(Out());
  EXPECT_EQ(Wave(3), "111");
  Gate(true);
  EXPECT_EQ(Wave(5), "11001");
}

TEST_F(Pit, Mode3NewCountWaitsForTheEndOfTheHalf) {
  Mode(3);
  Write(4);
  Pass(1);
  Write(6);
  EXPECT_EQ(Wave(8), "10001110");
  Write(2);
  PulseGate();  // or for a trigger
  EXPECT_EQ(Wave(4), "1010");
}

TEST_F(Pit, Modes6And7AreModes2And3) {
  Mode(6);
  Write(3);
  EXPECT_EQ(Wave(6), "110110");
  Mode(7);
  Write(4);
  EXPECT_EQ(Wave(6), "110011");
}

TEST_F(Pit, CountOfOneInModes2And3LeavesOutHigh) {
  for (const unsigned mode : {2u, 3u}) {
    Mode(mode);
    Write(1);
    EXPECT_EQ(Change(), -1);
    EXPECT_EQ(Wave(4), "1111");
    Write(2);
    EXPECT_EQ(Wave(5), mode == 2 ? "10101" : "01010");
    Write(1);
    Pass(10);
    EXPECT_EQ(Wave(4), "1111");
  }
}

TEST_F(Pit, Mode4StrobesOncePerWrittenCount) {  // [Mode 4]
  Mode(4);
  Write(3);
  EXPECT_EQ(Change(), 4);
  EXPECT_EQ(Wave(6), "111011");
  Pass(0x10000);
  EXPECT_EQ(Change(), -1);
  Write(1);
  EXPECT_EQ(Wave(3), "101");
}

TEST_F(Pit, Mode4GateStopsTheCountAndNotTheStrobe) {
  Mode(4);
  Write(2);
  Pass(2);
  Gate(false);
  EXPECT_EQ(Wave(3), "111");
  Gate(true);
  EXPECT_EQ(Wave(1), "0");
  Gate(false);
  EXPECT_EQ(Wave(1), "1");
}

TEST_F(Pit, Mode4FirstByteHasNoEffect) {
  Mode(4, kTwoBytes);
  WriteBoth(3);
  Pass(1);
  Write(9);
  EXPECT_EQ(Wave(4), "1101");
  Write(0);
  EXPECT_EQ(Change(), 10);
}

TEST_F(Pit, Mode5StrobesBehindEachTrigger) {  // [Mode 5]
  Mode(5);
  Write(3);
  EXPECT_EQ(Wave(5), "11111");
  PulseGate();
  Gate(false);  // its level does not matter
  EXPECT_EQ(Change(), 4);
  EXPECT_EQ(Wave(6), "111011");
  Gate(true);
  Pass(2);
  PulseGate();
  EXPECT_EQ(Wave(5), "11101");
}

TEST_F(Pit, Mode5NewCountWaitsForATrigger) {
  Mode(5);
  Write(2);
  PulseGate();
  Pass(1);
  Write(4);
  EXPECT_EQ(Wave(3), "101");
  PulseGate();
  EXPECT_EQ(Wave(6), "111101");
}

// --- The rest ------------------------------------------------------------------------------------

TEST_F(Pit, GatePulseBetweenTwoPulsesIsATrigger) {  // [Gate]
  Mode(1);
  Write(2);
  Gate(false);
  Pass(1);
  Gate(true);
  Gate(false);
  EXPECT_EQ(Wave(3), "001");
}

TEST_F(Pit, CopyTakenInTheMiddleGoesOn) {
  Mode(3, kTwoBytes);
  WriteBoth(0x1001);
  Pass(5);
  Write(0x34);
  Chip restored = chip_;
  restored.Write(0, 0x12, now_);
  WriteBoth(0x1234 >> 8);
  EXPECT_EQ(restored.Deadline(0), chip_.Deadline(0));
  restored.AdvanceTo(now_ + 0x1000);
  EXPECT_EQ(restored.Deadline(0), now_ + 0x801 - 4 + 0x91a);
}

}  // namespace
}  // namespace i8254
