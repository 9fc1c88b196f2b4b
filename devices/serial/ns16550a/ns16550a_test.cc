// SPDX-License-Identifier: MIT
// Sections are those of the PC16550D data sheet.
#include <random>

#include "cardcage/testing/test_cage.h"
#include "gtest/gtest.h"
#include "ns16550a_registers.h"

extern "C" const cardcage_plugin cardcage_builtin_ns16550a;

namespace ns16550a {
namespace {

using cardcage::testing::TestCage;

constexpr uint8_t kDlab = 0x80;

class Ns16550a : public ::testing::Test {
 protected:
  uint64_t lsr() { return cage_.Read(kLsr); }
  TestCage cage_{cardcage_builtin_ns16550a, "ns16550a"};
};

TEST_F(Ns16550a, RegistersHaveTheirResetValues) {  // table I
  EXPECT_EQ(cage_.Read(kRbr), 0x00u);
  EXPECT_EQ(cage_.Read(kIer), 0x00u);
  EXPECT_EQ(cage_.Read(kIir), 0x01u);
  EXPECT_EQ(cage_.Read(kLcr), 0x00u);
  EXPECT_EQ(cage_.Read(kMcr), 0x00u);
  EXPECT_EQ(cage_.Read(kLsr), 0x60u);
  EXPECT_EQ(cage_.Read(kMsr), 0xb0u);
}

TEST_F(Ns16550a, ResetBringsBackWhatAGuestHasChanged) {
  for (const uint64_t offset : {kIer, kLcr, kMcr, kScr}) cage_.Write(offset, 0x0f);
  cage_.Reset();
  for (const uint64_t offset : {kIer, kLcr, kMcr, kScr}) EXPECT_EQ(cage_.Read(offset), 0u);
}

TEST_F(Ns16550a, ThrWriteSendsTheByte) {
  cage_.Write(kThr, 'h');
  cage_.Write(kThr, 'i');
  EXPECT_EQ(cage_.console().output, "hi");
}

TEST_F(Ns16550a, RbrReadTakesInputInOrder) {
  cage_.console().Type("ab");
  EXPECT_EQ(cage_.Read(kRbr), uint64_t{'a'});
  EXPECT_EQ(cage_.Read(kRbr), uint64_t{'b'});
}

TEST_F(Ns16550a, RbrKeepsTheLastByteWhereThereIsNoNewOne) {
  cage_.console().Type("z");
  cage_.Read(kRbr);
  EXPECT_EQ(cage_.Read(kRbr), uint64_t{'z'});
}

TEST_F(Ns16550a, DataReadyFollowsTheInput) {  // 8.5
  EXPECT_EQ(lsr() & 1, 0u);
  cage_.console().Type("x");
  EXPECT_EQ(lsr() & 1, 1u);
  EXPECT_EQ(lsr() & 1, 1u);  // the look does not take it
  cage_.Read(kRbr);
  EXPECT_EQ(lsr() & 1, 0u);
}

TEST_F(Ns16550a, LsrSaysBusyWhileTheHostTakesNoByte) {
  cage_.console().room = 1;
  EXPECT_EQ(lsr(), 0x60u);
  cage_.Write(kThr, 'a');
  EXPECT_EQ(lsr(), 0x00u);
  cage_.console().room = 1;
  EXPECT_EQ(lsr(), 0x60u);
}

TEST_F(Ns16550a, ByteWrittenToAFullBackendIsDroppedAndCounted) {
  cage_.console().room = 0;
  cage_.Write(kThr, 'a');
  EXPECT_EQ(cage_.console().output, "");
  EXPECT_EQ(cage_.console().dropped, 1u);
}

TEST_F(Ns16550a, DlabSwitchesTheFirstTwoRegistersToTheDivisor) {  // 8.1, 8.3
  cage_.Write(kLcr, kDlab);
  EXPECT_EQ(cage_.Read(kDll), 12u);
  EXPECT_EQ(cage_.Read(kDlm), 0u);
  cage_.Write(kDll, 0x34);
  cage_.Write(kDlm, 0x12);
  EXPECT_EQ(cage_.Read(kDll), 0x34u);
  EXPECT_EQ(cage_.Read(kDlm), 0x12u);
  cage_.Write(kLcr, 0x03);
  EXPECT_EQ(cage_.Read(kIer), 0x00u);
  EXPECT_EQ(cage_.console().output, "");
}

TEST_F(Ns16550a, DivisorDoesNotTakeInput) {
  cage_.console().Type("q");
  cage_.Write(kLcr, kDlab);
  cage_.Read(kDll);
  cage_.Write(kLcr, 0);
  EXPECT_EQ(cage_.Read(kRbr), uint64_t{'q'});
}

TEST_F(Ns16550a, DivisorOfZeroIsHarmless) {
  cage_.Write(kLcr, kDlab);
  cage_.Write(kDll, 0);
  cage_.Write(kDlm, 0);
  cage_.Write(kLcr, 0);
  cage_.Write(kThr, 'k');
  EXPECT_EQ(cage_.console().output, "k");
}

TEST_F(Ns16550a, ReservedBitsReadZero) {
  cage_.Write(kIer, 0xff);
  EXPECT_EQ(cage_.Read(kIer), 0x0fu);  // 8.8
  cage_.Write(kMcr, 0xff);
  EXPECT_EQ(cage_.Read(kMcr), 0x1fu);  // 8.9
}

TEST_F(Ns16550a, LcrAndScrKeepAllEightBits) {
  for (const uint64_t value : {0x00u, 0x55u, 0xaau, 0xffu}) {
    cage_.Write(kScr, value);
    EXPECT_EQ(cage_.Read(kScr), value);
    cage_.Write(kLcr, value);
    EXPECT_EQ(cage_.Read(kLcr), value);
  }
}

TEST_F(Ns16550a, FifosAreFoundByADriver) {  // 8.4, 8.6
  EXPECT_EQ(cage_.Read(kIir), 0x01u);
  cage_.Write(kFcr, 0x07);
  EXPECT_EQ(cage_.Read(kIir), 0xc1u);
}

TEST_F(Ns16550a, InputIsTakenAsFarAsTheFifoGoesAndTheRestWaits) {
  cage_.Write(kFcr, 0x01);
  cage_.console().Type("0123456789abcdefghij");
  EXPECT_EQ(lsr(), 0x61u);  // no overrun
  EXPECT_EQ(cage_.console().input.size(), 4u);
  std::string read;
  while ((lsr() & 1) != 0) read += static_cast<char>(cage_.Read(kRbr));
  EXPECT_EQ(read, "0123456789abcdefghij");
}

// A driver clears the FIFOs before it looks for anything.
TEST_F(Ns16550a, InputTypedBeforeTheGuestLooksIsNotClearedAway) {
  cage_.console().Type("ahead");
  cage_.Write(kFcr, 0x07);
  cage_.Write(kFcr, 0x01);
  EXPECT_EQ(cage_.Read(kRbr), uint64_t{'a'});
}

TEST_F(Ns16550a, LoopbackStaysInsideTheChip) {
  cage_.console().Type("x");
  cage_.Write(kMcr, 0x10);
  cage_.Write(kThr, 'l');
  EXPECT_EQ(cage_.console().output, "");
  EXPECT_EQ(cage_.Read(kRbr), uint64_t{'l'});
  cage_.Write(kMcr, 0x00);
  EXPECT_EQ(cage_.Read(kRbr), uint64_t{'x'});
}

TEST_F(Ns16550a, StatusRegistersIgnoreWrites) {
  cage_.Write(kLsr, 0xff);
  cage_.Write(kMsr, 0xff);
  EXPECT_EQ(lsr(), 0x60u);
  EXPECT_EQ(cage_.Read(kMsr), 0xb0u);
}

TEST_F(Ns16550a, WideAccessesAreAccessesToTheRegistersInOrder) {
  cage_.Write(kThr, 0x0a61, 2);  // 'a' to THR, 0x0a to IER
  EXPECT_EQ(cage_.console().output, "a");
  EXPECT_EQ(cage_.Read(kIer), 0x0au);
  EXPECT_EQ(cage_.Read(kLcr, 4), 0xb0600000u);
}

TEST_F(Ns16550a, AWordAtTheLastRegisterIsOneByteOfIt) {
  cage_.Write(kScr, 0xbbaa, 2);
  EXPECT_EQ(cage_.Read(kScr, 2), 0xffaau);
}

TEST(Ns16550aVariant, IsAParameter) {
  for (const auto& [variant, iir] : {std::pair{0u, 0x01u}, {1u, 0xc1u}, {2u, 0xc1u}}) {
    TestCage cage(cardcage_builtin_ns16550a, "ns16550a", {{"variant", variant}});
    cage.Write(kFcr, 0x01);
    EXPECT_EQ(cage.Read(kIir), iir) << variant;
  }
}

// --- The interrupt pin ---------------------------------------------------------------------------

class Ns16550aInterrupt : public Ns16550a {
 protected:
  Ns16550aInterrupt() { cage_.Write(kMcr, 0x08); }  // OUT2
  bool irq() { return cage_.output("irq"); }
};

TEST_F(Ns16550aInterrupt, InputRaisesItAndReadingTheLastByteDropsIt) {
  cage_.Write(kIer, 0x01);
  EXPECT_FALSE(irq());
  cage_.console().Type("ab");
  EXPECT_TRUE(irq());
  cage_.Read(kRbr);
  EXPECT_TRUE(irq());
  cage_.Read(kRbr);
  EXPECT_FALSE(irq());
}

TEST_F(Ns16550aInterrupt, InputTypedBeforeItIsEnabledIsNotLost) {
  cage_.console().Type("ahead");
  cage_.Write(kFcr, 0x07);  // a driver's flush
  cage_.Write(kIer, 0x01);
  EXPECT_TRUE(irq());
  std::string read;
  while (irq()) read += static_cast<char>(cage_.Read(kRbr));
  EXPECT_EQ(read, "ahead");
}

// Four characters of 7 bits, at the 9600 baud and 5 data bits of reset.
constexpr uint64_t kTimeout = 2'916'666;

TEST_F(Ns16550aInterrupt, BytesBelowTheTriggerLevelAreToldByTheTimeout) {
  cage_.Write(kFcr, 0x81);
  cage_.Write(kIer, 0x01);
  cage_.console().Type("abc");
  EXPECT_FALSE(irq());
  cage_.Advance(kTimeout - 1000);
  EXPECT_FALSE(irq());
  cage_.Advance(2000);
  EXPECT_TRUE(irq());
  EXPECT_EQ(cage_.Read(kIir), 0xccu);
  cage_.console().Type("defghijk");
  EXPECT_EQ(cage_.Read(kIir), 0xc4u);
}

TEST_F(Ns16550aInterrupt, ReadsGoOnUntilTheHostHasNoMore) {
  cage_.Write(kFcr, 0x81);
  cage_.Write(kIer, 0x01);
  cage_.console().Type(std::string(100, 'x'));
  size_t read = 0;
  for (; read < 200; ++read) {
    if (!irq()) cage_.Advance(2 * kTimeout);  // the last of them are told by the timeout
    if (!irq()) break;
    cage_.Read(kRbr);
  }
  EXPECT_EQ(read, 100u);
}

TEST_F(Ns16550aInterrupt, TransmitterIsToldAgainAfterEachByte) {
  cage_.Write(kIer, 0x02);
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(irq()) << i;
    EXPECT_EQ(cage_.Read(kIir), 0x02u);
    EXPECT_FALSE(irq());
    cage_.Write(kThr, 'x');
  }
  EXPECT_EQ(cage_.console().output.size(), 20u);
}

TEST_F(Ns16550aInterrupt, TransmitterIsToldOnceTheHostHasRoomAgain) {
  cage_.console().room = 1;
  cage_.Write(kIer, 0x02);
  cage_.Write(kThr, 'x');
  EXPECT_FALSE(irq());
  cage_.console().MakeRoom(5);
  EXPECT_TRUE(irq());
}

TEST_F(Ns16550aInterrupt, ResetDropsIt) {
  cage_.Write(kIer, 0x02);
  EXPECT_TRUE(irq());
  cage_.Reset();
  EXPECT_FALSE(irq());
}

// --- What the host gets, and when ----------------------------------------------------------------

TEST_F(Ns16550a, FullFifoIsOneWriteForTheHost) {
  cage_.Write(kFcr, 0x01);
  for (int i = 0; i < 32; ++i) cage_.Write(kThr, 'x');
  EXPECT_EQ(cage_.console().output.size(), 32u);
  EXPECT_EQ(cage_.console().writes, 2u);
}

TEST_F(Ns16550a, BytesBelowAFullFifoReachTheHostWhenTheGuestLooks) {
  cage_.Write(kFcr, 0x01);
  cage_.Write(kThr, 'a');
  cage_.Write(kThr, 'b');
  EXPECT_EQ(cage_.console().output, "");
  EXPECT_EQ(lsr() & 0x60, 0x60u);
  EXPECT_EQ(cage_.console().output, "ab");
  EXPECT_EQ(cage_.console().writes, 1u);
}

TEST_F(Ns16550a, BytesOfAGuestThatLooksNoMoreReachTheHostAfterAMillisecond) {
  cage_.Write(kFcr, 0x01);
  cage_.Write(kThr, 'a');
  cage_.Advance(999'000);
  EXPECT_EQ(cage_.console().output, "");
  cage_.Advance(2'000);
  EXPECT_EQ(cage_.console().output, "a");
}

TEST_F(Ns16550a, BytesThatAreHeldReachTheHostAtTheEndAndBeforeAReset) {
  cage_.Write(kFcr, 0x01);
  cage_.Write(kThr, 'a');
  cage_.Reset();
  EXPECT_EQ(cage_.console().output, "a");
  cage_.Write(kFcr, 0x01);
  cage_.Write(kThr, 'b');
  cage_.Pause();
  EXPECT_EQ(cage_.console().output, "ab");
}

TEST_F(Ns16550a, BytesBeyondTheHostsRoomAreCountedOnceTheyAreGiven) {
  cage_.console().room = 3;
  cage_.Write(kFcr, 0x01);
  for (int i = 0; i < 3; ++i) cage_.Write(kThr, 'x');
  EXPECT_EQ(lsr() & 0x60, 0u);
  for (int i = 0; i < 5; ++i) cage_.Write(kThr, 'y');
  cage_.Advance(2'000'000);
  EXPECT_EQ(cage_.console().output, "xxx");
  EXPECT_EQ(cage_.console().dropped, 5u);
}

// --- A line with pace ------------------------------------------------------------------------------

// 115200 baud, 8 bits, no parity, one stop bit: 86.8 us a character.
class PacedNs16550a : public ::testing::Test {
 protected:
  PacedNs16550a() {
    cage_.Write(kLcr, kDlab);
    cage_.Write(kDll, 1);
    cage_.Write(kLcr, 0x03);
    cage_.Write(kMcr, 0x08);
  }
  uint64_t lsr() { return cage_.Read(kLsr) & 0x60; }
  static constexpr uint64_t kCharacter = 86'806;
  TestCage cage_{cardcage_builtin_ns16550a, "ns16550a", {{"pace", 1}}};
};

TEST_F(PacedNs16550a, CharacterTakesItsTime) {
  cage_.Write(kThr, 'a');
  EXPECT_EQ(lsr(), 0x20u) << "it is in the shift register, and THR is empty";
  cage_.Write(kThr, 'b');
  EXPECT_EQ(lsr(), 0x00u);
  cage_.Advance(kCharacter);
  EXPECT_EQ(lsr(), 0x20u);
  EXPECT_EQ(cage_.console().output, "a");
  cage_.Advance(kCharacter);
  EXPECT_EQ(lsr(), 0x60u);
  EXPECT_EQ(cage_.console().output, "ab");
}

TEST_F(PacedNs16550a, TransmitterInterruptComesWhenTheFifoIsEmpty) {
  cage_.Write(kFcr, 0x01);
  cage_.Write(kIer, 0x02);
  cage_.Read(kIir);
  for (int i = 0; i < 16; ++i) cage_.Write(kThr, 'x');
  EXPECT_FALSE(cage_.output("irq"));
  cage_.Advance(14 * kCharacter);
  EXPECT_FALSE(cage_.output("irq"));
  cage_.Advance(2 * kCharacter);
  EXPECT_TRUE(cage_.output("irq"));
  EXPECT_EQ(cage_.Read(kIir), 0xc2u);
}

TEST_F(PacedNs16550a, InputComesOneCharacterAtATime) {
  cage_.Write(kFcr, 0x01);
  cage_.Write(kIer, 0x01);
  cage_.console().Type("abc");
  EXPECT_EQ(cage_.console().input.size(), 2u);
  cage_.Advance(kCharacter + 1);
  EXPECT_EQ(cage_.console().input.size(), 1u);
  cage_.Advance(kCharacter + 1);
  EXPECT_EQ(cage_.console().input.size(), 0u);
}

TEST_F(PacedNs16550a, WhatIsOnItsWayReachesTheHostAtTheEnd) {
  cage_.Write(kFcr, 0x01);
  for (const char byte : {'e', 'n', 'd'}) cage_.Write(kThr, static_cast<uint8_t>(byte));
  cage_.Pause();
  EXPECT_EQ(cage_.console().output, "end");
}

TEST_F(PacedNs16550a, HostThatTakesNothingStopsTheLine) {
  cage_.console().room = 1;
  cage_.Write(kFcr, 0x01);
  for (int i = 0; i < 3; ++i) cage_.Write(kThr, static_cast<uint8_t>('1' + i));
  cage_.Advance(10 * kCharacter);
  EXPECT_EQ(lsr(), 0u);
  const std::string before = cage_.console().output;
  cage_.console().MakeRoom(10);
  cage_.Read(kLsr);
  cage_.Advance(10 * kCharacter);
  EXPECT_EQ(lsr(), 0x60u);
  EXPECT_EQ(cage_.console().output.size() + cage_.console().dropped, 3u) << before;
}

// --- On a board ------------------------------------------------------------------------------------

TEST(Ns16550aBoard, InterruptNeedsOut2OnPortsAndNotInMemory) {
  for (const bool in_memory : {false, true}) {
    TestCage cage(cardcage_builtin_ns16550a, "ns16550a", {}, {.in_memory = in_memory});
    cage.Write(kIer, 0x02);
    EXPECT_EQ(cage.output("irq"), in_memory);
  }
}

TEST(Ns16550aBoard, GateCanBeSaid) {
  TestCage open(cardcage_builtin_ns16550a, "ns16550a", {{"out2_gates_irq", 2}});
  open.Write(kIer, 0x02);
  EXPECT_TRUE(open.output("irq"));
  TestCage gated(cardcage_builtin_ns16550a, "ns16550a", {{"out2_gates_irq", 1}},
                 {.in_memory = true});
  gated.Write(kIer, 0x02);
  EXPECT_FALSE(gated.output("irq"));
}

TEST(Ns16550aBoard, RegistersFourBytesApartTakeWordsToo) {
  TestCage cage(cardcage_builtin_ns16550a, "ns16550a", {},
                {.in_memory = true, .shift = 2, .width = 4});
  cage.Write(kScr * 4, 0x12345678, 4);
  EXPECT_EQ(cage.Read(kScr * 4, 4), 0x78u);
  EXPECT_EQ(cage.Read(kScr * 4, 1), 0x78u);
  EXPECT_EQ(cage.Read(kScr * 4, 2), 0x78u);
  EXPECT_EQ(cage.Read(kScr * 4 + 1, 1), 0xffu) << "nobody is between the registers";
  cage.Write(kThr, 'x', 4);
  EXPECT_EQ(cage.console().output, "x");
}

TEST_F(Ns16550a, EveryOffsetWidthAndValueIsSafe) {
  std::mt19937_64 random(16550);
  for (int i = 0; i < 20000; ++i) {
    if (random() % 4 == 0) cage_.console().Type("i");
    cage_.console().room = random() % 3;
    const unsigned size = 1 + static_cast<unsigned>(random() % 8);
    cage_.Write(random() % 9, random(), size);
    const uint64_t value = cage_.Read(random() % 9, size);
    EXPECT_LE(value, ~uint64_t{0} >> (64 - 8 * size));
  }
}

}  // namespace
}  // namespace ns16550a
