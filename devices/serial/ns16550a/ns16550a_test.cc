// SPDX-License-Identifier: MIT
// Sections are those of the PC16550D data sheet.
#include <random>

#include "cardcage/testing/device_test.h"
#include "ns16550a_registers.h"

extern "C" const cardcage_plugin cardcage_builtin_ns16550a;

namespace ns16550a {
namespace {

using namespace std::chrono_literals;
using ::cardcage::testing::DeviceTest;
using ::cardcage::testing::HasBits;
using ::cardcage::testing::LacksBits;
using ::testing::AllOf;

constexpr uint8_t kDlab = 0x80;

class Ns16550a : public DeviceTest {
 protected:
  Ns16550a() : DeviceTest(cardcage_builtin_ns16550a, "ns16550a") {}
};

TEST_F(Ns16550a, RegistersHaveTheirResetValues) {  // table I
  EXPECT_EQ(ReadReg("RBR"), 0x00u);
  EXPECT_EQ(ReadReg("IER"), 0x00u);
  EXPECT_EQ(ReadReg("IIR"), 0x01u);
  EXPECT_EQ(ReadReg("LCR"), 0x00u);
  EXPECT_EQ(ReadReg("MCR"), 0x00u);
  EXPECT_EQ(ReadReg("LSR"), 0x60u);
  EXPECT_EQ(ReadReg("MSR"), 0xb0u);
}

TEST_F(Ns16550a, ResetBringsBackWhatAGuestHasChanged) {
  for (const char* const name : {"IER", "LCR", "MCR", "SCR"}) WriteReg(name, 0x0f);
  Reset();
  for (const char* const name : {"IER", "LCR", "MCR", "SCR"}) EXPECT_EQ(ReadReg(name), 0u);
}

TEST_F(Ns16550a, ThrWriteSendsTheByte) {
  WriteReg("THR", 'h');
  WriteReg("THR", 'i');
  EXPECT_EQ(ShownOnHost(), "hi");
}

TEST_F(Ns16550a, RbrReadTakesInputInOrder) {
  TypeOnHost("ab");
  EXPECT_EQ(ReadReg("RBR"), 'a');
  EXPECT_EQ(ReadReg("RBR"), 'b');
}

TEST_F(Ns16550a, RbrKeepsTheLastByteWhereThereIsNoNewOne) {
  TypeOnHost("z");
  ReadReg("RBR");
  EXPECT_EQ(ReadReg("RBR"), 'z');
}

TEST_F(Ns16550a, DataReadyFollowsTheInput) {  // 8.5
  EXPECT_THAT(ReadReg("LSR"), LacksBits("DR"));
  TypeOnHost("x");
  EXPECT_THAT(ReadReg("LSR"), HasBits("DR"));
  EXPECT_THAT(ReadReg("LSR"), HasBits("DR"));  // the look does not take it
  ReadReg("RBR");
  EXPECT_THAT(ReadReg("LSR"), LacksBits("DR"));
}

TEST_F(Ns16550a, LsrSaysBusyWhileTheHostTakesNoByte) {
  cage().console().room = 1;
  EXPECT_EQ(ReadReg("LSR"), 0x60u);
  WriteReg("THR", 'a');
  EXPECT_EQ(ReadReg("LSR"), 0x00u);
  cage().console().room = 1;
  EXPECT_EQ(ReadReg("LSR"), 0x60u);
}

TEST_F(Ns16550a, ByteWrittenToAFullBackendIsDroppedAndCounted) {
  cage().console().room = 0;
  WriteReg("THR", 'a');
  EXPECT_EQ(ShownOnHost(), "");
  EXPECT_EQ(cage().console().dropped, 1u);
}

TEST_F(Ns16550a, DlabSwitchesTheFirstTwoRegistersToTheDivisor) {  // 8.1, 8.3
  WriteReg("LCR", kDlab);
  EXPECT_EQ(ReadReg("DLL"), 12u);
  EXPECT_EQ(ReadReg("DLM"), 0u);
  WriteReg("DLL", 0x34);
  WriteReg("DLM", 0x12);
  EXPECT_EQ(ReadReg("DLL"), 0x34u);
  EXPECT_EQ(ReadReg("DLM"), 0x12u);
  WriteReg("LCR", 0x03);
  EXPECT_EQ(ReadReg("IER"), 0x00u);
  EXPECT_EQ(ShownOnHost(), "");
}

TEST_F(Ns16550a, DivisorDoesNotTakeInput) {
  TypeOnHost("q");
  WriteReg("LCR", kDlab);
  ReadReg("DLL");
  WriteReg("LCR", 0);
  EXPECT_EQ(ReadReg("RBR"), 'q');
}

TEST_F(Ns16550a, DivisorOfZeroIsHarmless) {
  WriteReg("LCR", kDlab);
  WriteReg("DLL", 0);
  WriteReg("DLM", 0);
  WriteReg("LCR", 0);
  WriteReg("THR", 'k');
  EXPECT_EQ(ShownOnHost(), "k");
}

TEST_F(Ns16550a, ReservedBitsReadZero) {
  WriteReg("IER", 0xff);
  EXPECT_EQ(ReadReg("IER"), 0x0fu);  // 8.8
  WriteReg("MCR", 0xff);
  EXPECT_EQ(ReadReg("MCR"), 0x1fu);  // 8.9
}

TEST_F(Ns16550a, LcrAndScrKeepAllEightBits) {
  for (const uint64_t value : {0x00u, 0x55u, 0xaau, 0xffu}) {
    WriteReg("SCR", value);
    EXPECT_EQ(ReadReg("SCR"), value);
    WriteReg("LCR", value);
    EXPECT_EQ(ReadReg("LCR"), value);
  }
}

TEST_F(Ns16550a, FifosAreFoundByADriver) {  // 8.4, 8.6
  EXPECT_EQ(ReadReg("IIR"), 0x01u);
  WriteReg("FCR", 0x07);
  EXPECT_EQ(ReadReg("IIR"), 0xc1u);
}

TEST_F(Ns16550a, InputIsTakenAsFarAsTheFifoGoesAndTheRestWaits) {
  WriteReg("FCR", 0x01);
  TypeOnHost("0123456789abcdefghij");
  EXPECT_EQ(ReadReg("LSR"), 0x61u);  // no overrun
  EXPECT_EQ(cage().console().input.size(), 4u);
  std::string read;
  while ((ReadReg("LSR") & 1) != 0) read += static_cast<char>(ReadReg("RBR"));
  EXPECT_EQ(read, "0123456789abcdefghij");
}

// A driver clears the FIFOs before it looks for anything.
TEST_F(Ns16550a, InputTypedBeforeTheGuestLooksIsNotClearedAway) {
  TypeOnHost("ahead");
  WriteReg("FCR", 0x07);
  WriteReg("FCR", 0x01);
  EXPECT_EQ(ReadReg("RBR"), 'a');
}

TEST_F(Ns16550a, LoopbackStaysInsideTheChip) {
  TypeOnHost("x");
  WriteReg("MCR", 0x10);
  WriteReg("THR", 'l');
  EXPECT_EQ(ShownOnHost(), "");
  EXPECT_EQ(ReadReg("RBR"), 'l');
  WriteReg("MCR", 0x00);
  EXPECT_EQ(ReadReg("RBR"), 'x');
}

TEST_F(Ns16550a, StatusRegistersIgnoreWrites) {
  WriteReg("LSR", 0xff);
  WriteReg("MSR", 0xff);
  EXPECT_EQ(ReadReg("LSR"), 0x60u);
  EXPECT_EQ(ReadReg("MSR"), 0xb0u);
}

TEST_F(Ns16550a, WideAccessesAreAccessesToTheRegistersInOrder) {
  cage().Write(kThr, 0x0a61, 2);  // 'a' to THR, 0x0a to IER
  EXPECT_EQ(ShownOnHost(), "a");
  EXPECT_EQ(ReadReg("IER"), 0x0au);
  EXPECT_EQ(cage().Read(kLcr, 4), 0xb0600000u);
}

TEST_F(Ns16550a, AWordAtTheLastRegisterIsOneByteOfIt) {
  cage().Write(kScr, 0xbbaa, 2);
  EXPECT_EQ(cage().Read(kScr, 2), 0xffaau);
}

TEST_F(Ns16550a, VariantIsAParameter) {
  for (const auto& [variant, iir] : {std::pair{0u, 0x01u}, {1u, 0xc1u}, {2u, 0xc1u}}) {
    Make({{"variant", variant}});
    WriteReg("FCR", 0x01);
    EXPECT_EQ(ReadReg("IIR"), iir) << variant;
  }
}

// --- The interrupt pin ---------------------------------------------------------------------------

class Ns16550aInterrupt : public Ns16550a {
 protected:
  Ns16550aInterrupt() { WriteReg("MCR", 0x08); }  // OUT2
  bool irq() { return line("irq").level(); }
};

TEST_F(Ns16550aInterrupt, InputRaisesItAndReadingTheLastByteDropsIt) {
  WriteReg("IER", 0x01);
  EXPECT_FALSE(irq());
  TypeOnHost("ab");
  EXPECT_TRUE(irq());
  ReadReg("RBR");
  EXPECT_TRUE(irq());
  ReadReg("RBR");
  EXPECT_FALSE(irq());
}

TEST_F(Ns16550aInterrupt, InputTypedBeforeItIsEnabledIsNotLost) {
  TypeOnHost("ahead");
  WriteReg("FCR", 0x07);  // a driver's flush
  WriteReg("IER", 0x01);
  EXPECT_TRUE(irq());
  std::string read;
  while (irq()) read += static_cast<char>(ReadReg("RBR"));
  EXPECT_EQ(read, "ahead");
}

// Four characters of 7 bits, at the 9600 baud and 5 data bits of reset.
constexpr auto kTimeout = 2'916'666ns;

TEST_F(Ns16550aInterrupt, BytesBelowTheTriggerLevelAreToldByTheTimeout) {
  WriteReg("FCR", 0x81);
  WriteReg("IER", 0x01);
  TypeOnHost("abc");
  EXPECT_FALSE(irq());
  Advance(kTimeout - 1us);
  EXPECT_FALSE(irq());
  Advance(2us);
  EXPECT_TRUE(irq());
  EXPECT_EQ(ReadReg("IIR"), 0xccu);
  TypeOnHost("defghijk");
  EXPECT_EQ(ReadReg("IIR"), 0xc4u);
}

TEST_F(Ns16550aInterrupt, ReadsGoOnUntilTheHostHasNoMore) {
  WriteReg("FCR", 0x81);
  WriteReg("IER", 0x01);
  TypeOnHost(std::string(100, 'x'));
  size_t read = 0;
  for (; read < 200; ++read) {
    if (!irq()) Advance(2 * kTimeout);  // the last of them are told by the timeout
    if (!irq()) break;
    ReadReg("RBR");
  }
  EXPECT_EQ(read, 100u);
}

TEST_F(Ns16550aInterrupt, TransmitterIsToldAgainAfterEachByte) {
  WriteReg("IER", 0x02);
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(irq()) << i;
    EXPECT_EQ(ReadReg("IIR"), 0x02u);
    EXPECT_FALSE(irq());
    WriteReg("THR", 'x');
  }
  EXPECT_EQ(cage().console().output.size(), 20u);
}

TEST_F(Ns16550aInterrupt, TransmitterIsToldOnceTheHostHasRoomAgain) {
  cage().console().room = 1;
  WriteReg("IER", 0x02);
  WriteReg("THR", 'x');
  EXPECT_FALSE(irq());
  cage().console().MakeRoom(5);
  EXPECT_TRUE(irq());
}

TEST_F(Ns16550aInterrupt, ResetDropsIt) {
  WriteReg("IER", 0x02);
  EXPECT_TRUE(irq());
  Reset();
  EXPECT_FALSE(irq());
}

// --- What the host gets, and when ----------------------------------------------------------------

TEST_F(Ns16550a, FullFifoIsOneWriteForTheHost) {
  WriteReg("FCR", 0x01);
  for (int i = 0; i < 32; ++i) WriteReg("THR", 'x');
  EXPECT_EQ(cage().console().output.size(), 32u);
  EXPECT_EQ(cage().console().writes, 2u);
}

TEST_F(Ns16550a, BytesBelowAFullFifoReachTheHostWhenTheGuestLooks) {
  WriteReg("FCR", 0x01);
  WriteReg("THR", 'a');
  WriteReg("THR", 'b');
  EXPECT_EQ(ShownOnHost(), "");
  EXPECT_THAT(ReadReg("LSR"), HasBits("THRE", "TEMT"));
  EXPECT_EQ(ShownOnHost(), "ab");
  EXPECT_EQ(cage().console().writes, 1u);
}

TEST_F(Ns16550a, BytesOfAGuestThatLooksNoMoreReachTheHostAfterAMillisecond) {
  WriteReg("FCR", 0x01);
  WriteReg("THR", 'a');
  Advance(999us);
  EXPECT_EQ(ShownOnHost(), "");
  Advance(2us);
  EXPECT_EQ(ShownOnHost(), "a");
}

TEST_F(Ns16550a, BytesThatAreHeldReachTheHostAtTheEndAndBeforeAReset) {
  WriteReg("FCR", 0x01);
  WriteReg("THR", 'a');
  Reset();
  EXPECT_EQ(ShownOnHost(), "a");
  WriteReg("FCR", 0x01);
  WriteReg("THR", 'b');
  Pause();
  EXPECT_EQ(ShownOnHost(), "b");
}

TEST_F(Ns16550a, BytesBeyondTheHostsRoomAreCountedOnceTheyAreGiven) {
  cage().console().room = 3;
  WriteReg("FCR", 0x01);
  for (int i = 0; i < 3; ++i) WriteReg("THR", 'x');
  EXPECT_THAT(ReadReg("LSR"), LacksBits("THRE", "TEMT"));
  for (int i = 0; i < 5; ++i) WriteReg("THR", 'y');
  Advance(2ms);
  EXPECT_EQ(ShownOnHost(), "xxx");
  EXPECT_EQ(cage().console().dropped, 5u);
}

// --- A line with pace ------------------------------------------------------------------------------

// 115200 baud, 8 bits, no parity, one stop bit: 86.8 us a character.
class PacedNs16550a : public DeviceTest {
 protected:
  PacedNs16550a() : DeviceTest(cardcage_builtin_ns16550a, "ns16550a", {{"pace", 1}}) {
    WriteReg("LCR", kDlab);
    WriteReg("DLL", 1);
    WriteReg("LCR", 0x03);
    WriteReg("MCR", 0x08);
  }
  static constexpr auto kCharacter = 86'806ns;
};

TEST_F(PacedNs16550a, CharacterTakesItsTime) {
  WriteReg("THR", 'a');
  EXPECT_THAT(ReadReg("LSR"), AllOf(HasBits("THRE"), LacksBits("TEMT")))
      << "it is in the shift register, and THR is empty";
  WriteReg("THR", 'b');
  EXPECT_THAT(ReadReg("LSR"), LacksBits("THRE", "TEMT"));
  Advance(kCharacter);
  EXPECT_THAT(ReadReg("LSR"), AllOf(HasBits("THRE"), LacksBits("TEMT")));
  EXPECT_EQ(ShownOnHost(), "a");
  Advance(kCharacter);
  EXPECT_THAT(ReadReg("LSR"), HasBits("THRE", "TEMT"));
  EXPECT_EQ(ShownOnHost(), "b");
}

TEST_F(PacedNs16550a, TransmitterInterruptComesWhenTheFifoIsEmpty) {
  WriteReg("FCR", 0x01);
  WriteReg("IER", 0x02);
  ReadReg("IIR");
  for (int i = 0; i < 16; ++i) WriteReg("THR", 'x');
  EXPECT_FALSE(line("irq").level());
  Advance(14 * kCharacter);
  EXPECT_FALSE(line("irq").level());
  Advance(2 * kCharacter);
  EXPECT_TRUE(line("irq").level());
  EXPECT_EQ(ReadReg("IIR"), 0xc2u);
}

TEST_F(PacedNs16550a, InputComesOneCharacterAtATime) {
  WriteReg("FCR", 0x01);
  WriteReg("IER", 0x01);
  TypeOnHost("abc");
  EXPECT_EQ(cage().console().input.size(), 2u);
  Advance(kCharacter + 1ns);
  EXPECT_EQ(cage().console().input.size(), 1u);
  Advance(kCharacter + 1ns);
  EXPECT_EQ(cage().console().input.size(), 0u);
}

TEST_F(PacedNs16550a, WhatIsOnItsWayReachesTheHostAtTheEnd) {
  WriteReg("FCR", 0x01);
  for (const char byte : {'e', 'n', 'd'}) WriteReg("THR", static_cast<uint8_t>(byte));
  Pause();
  EXPECT_EQ(ShownOnHost(), "end");
}

TEST_F(PacedNs16550a, HostThatTakesNothingStopsTheLine) {
  cage().console().room = 1;
  WriteReg("FCR", 0x01);
  for (int i = 0; i < 3; ++i) WriteReg("THR", static_cast<uint8_t>('1' + i));
  Advance(10 * kCharacter);
  EXPECT_THAT(ReadReg("LSR"), LacksBits("THRE", "TEMT"));
  const std::string before = cage().console().output;
  cage().console().MakeRoom(10);
  ReadReg("LSR");
  Advance(10 * kCharacter);
  EXPECT_THAT(ReadReg("LSR"), HasBits("THRE", "TEMT"));
  EXPECT_EQ(cage().console().output.size() + cage().console().dropped, 3u) << before;
}

TEST_F(PacedNs16550a, ResetLooksAnewWhetherTheHostTakesOutput) {
  cage().console().room = 0;
  EXPECT_THAT(ReadReg("LSR"), LacksBits("THRE"));
  cage().console().room = 1;
  Reset();
  WriteReg("THR", 'a');
  Advance(10 * kCharacter);
  EXPECT_EQ(ShownOnHost(), "a");
}

// --- On a board ------------------------------------------------------------------------------------

TEST_F(Ns16550a, InterruptNeedsOut2OnPortsAndNotInMemory) {
  for (const bool in_memory : {false, true}) {
    Make({}, {.in_memory = in_memory});
    WriteReg("IER", 0x02);
    EXPECT_EQ(line("irq").level(), in_memory);
  }
}

TEST_F(Ns16550a, GateCanBeSaid) {
  Make({{"out2_gates_irq", 2}});
  WriteReg("IER", 0x02);
  EXPECT_TRUE(line("irq").level());
  Make({{"out2_gates_irq", 1}}, {.in_memory = true});
  WriteReg("IER", 0x02);
  EXPECT_FALSE(line("irq").level());
}

TEST_F(Ns16550a, RegistersFourBytesApartTakeWordsToo) {
  Make({}, {.in_memory = true, .shift = 2, .width = 4});
  cage().Write(kScr * 4, 0x12345678, 4);
  EXPECT_EQ(cage().Read(kScr * 4, 4), 0x78u);
  EXPECT_EQ(cage().Read(kScr * 4, 1), 0x78u);
  EXPECT_EQ(cage().Read(kScr * 4, 2), 0x78u);
  EXPECT_EQ(cage().Read(kScr * 4 + 1, 1), 0xffu) << "nobody is between the registers";
  cage().Write(kThr, 'x', 4);
  EXPECT_EQ(ShownOnHost(), "x");
}

TEST_F(Ns16550a, EveryOffsetWidthAndValueIsSafe) {
  std::mt19937_64 random(16550);
  for (int i = 0; i < 20000; ++i) {
    if (random() % 4 == 0) TypeOnHost("i");
    cage().console().room = random() % 3;
    const unsigned size = 1 + static_cast<unsigned>(random() % 8);
    cage().Write(random() % 9, random(), size);
    const uint64_t value = cage().Read(random() % 9, size);
    EXPECT_LE(value, ~uint64_t{0} >> (64 - 8 * size));
  }
}

}  // namespace
}  // namespace ns16550a
