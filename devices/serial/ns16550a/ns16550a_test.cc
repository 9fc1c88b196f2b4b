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

// Fewer bytes than the trigger level are told by the timeout, which a line without pace has at once.
TEST_F(Ns16550aInterrupt, BytesBelowTheTriggerLevelAreToldByTheTimeout) {
  cage_.Write(kFcr, 0x81);
  cage_.Write(kIer, 0x01);
  cage_.console().Type("abc");
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
  for (; irq() && read < 200; ++read) cage_.Read(kRbr);
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
