// SPDX-License-Identifier: MIT
// The chip, without a host. Sections are those of the PC16550D data sheet; a test that says "as …"
// would have caught a slip of another model.
#include "ns16550a_chip.h"

#include <random>
#include <string>

#include "gtest/gtest.h"

namespace ns16550a {
namespace {

constexpr uint8_t kDlab = 0x80, kLoopback = 0x10, kOut2 = 0x08;
constexpr uint8_t kReceived = 1, kTransmitter = 2, kLineStatus = 4, kModemStatus = 8;
constexpr uint8_t kFifosOn = 0xc0;  // as IIR shows it

class Uart : public ::testing::Test {
 protected:
  explicit Uart(Variant variant = Variant::k16550a, bool paced = false)
      : chip_({.variant = variant, .paced = paced}) {
    Write(kMcr, kOut2);
  }

  uint8_t Read(uint64_t offset) { return chip_.Read(offset, now_); }
  void Write(uint64_t offset, unsigned value) {
    chip_.Write(offset, static_cast<uint8_t>(value), now_);
  }
  uint8_t iir() { return Read(kIir); }
  uint8_t lsr() { return Read(kLsr); }
  // Switches the FIFOs on, with a trigger level of 1, 4, 8 or 14.
  void EnableFifos(unsigned trigger = 1) {
    Write(kFcr, 0x01 | (trigger == 14 ? 0xc0 : trigger == 8 ? 0x80 : trigger == 4 ? 0x40 : 0));
  }
  void Receive(const std::string& text, uint8_t errors = 0) {
    for (const char byte : text) chip_.Receive(static_cast<uint8_t>(byte), now_, Lsr(errors));
  }
  std::string ReadAll() {
    std::string text;
    while ((chip_.Peek(kLsr) & 1) != 0) text += static_cast<char>(Read(kRbr));
    return text;
  }
  void Pass(uint64_t ns) { chip_.AdvanceTo(now_ += ns); }
  void Modem(uint8_t inputs) { chip_.SetModemInputs(Msr(inputs), now_); }

  uint64_t now_ = 1000;
  Chip chip_;
};
class PacedUart : public Uart {
 protected:
  explicit PacedUart(Variant variant = Variant::k16550a) : Uart(variant, true) {}
  // What has been sent since the last call.
  std::string Sent() {
    std::string text;
    for (size_t i = 0; i < chip_.TransmitSize(); ++i) {
      text += static_cast<char>(chip_.TransmitByte(i));
    }
    chip_.Transmitted(chip_.TransmitSize());
    return text;
  }
  void Send(const std::string& text) {
    for (const char byte : text) Write(kThr, static_cast<uint8_t>(byte));
  }
};
class Paced16750 : public PacedUart {
 protected:
  Paced16750() : PacedUart(Variant::k16750) {}
};
class Uart16450 : public Uart {
 protected:
  Uart16450() : Uart(Variant::k16450) {}
};
class Uart16750 : public Uart {
 protected:
  Uart16750() : Uart(Variant::k16750) {}
};

// --- FIFOs ----------------------------------------------------------------------------------------

TEST_F(Uart, FifosAreSixteenDeepEachWay) {
  EnableFifos();
  EXPECT_EQ(chip_.ReceiveRoom(now_), 16u);
  Receive("0123456789abcdef");
  EXPECT_EQ(chip_.ReceiveRoom(now_), 0u);
  EXPECT_EQ(ReadAll(), "0123456789abcdef");
  for (int i = 0; i < 17; ++i) Write(kThr, 'x');
  EXPECT_EQ(chip_.TransmitSize(), 16u);
  EXPECT_EQ(chip_.TakeLost(), 1u);
}

TEST_F(Uart, WithoutFifosOneByteIsHeldEachWay) {
  EXPECT_EQ(chip_.ReceiveRoom(now_), 1u);
  Write(kThr, 'a');
  Write(kThr, 'b');
  EXPECT_EQ(chip_.TransmitSize(), 1u);
}

TEST_F(Uart, FcrTogglingTheEnableBitClearsBothFifos) {  // 8.4
  EnableFifos();
  Receive("in");
  Write(kThr, 'o');
  Write(kFcr, 0x00);
  EXPECT_EQ(lsr(), 0x60);
  EXPECT_EQ(chip_.TransmitSize(), 0u);
  Receive("x");
  Write(kFcr, 0x01);
  EXPECT_EQ(lsr(), 0x60);
}

TEST_F(Uart, FcrFlushBitsClearTheirFifoAlone) {
  EnableFifos();
  Receive("in");
  Write(kThr, 'o');
  Write(kFcr, 0x03);
  EXPECT_EQ(lsr() & 0x01, 0);
  EXPECT_EQ(chip_.TransmitSize(), 1u);
  Receive("in");
  Write(kFcr, 0x05);
  EXPECT_EQ(lsr(), 0x61);
  EXPECT_EQ(chip_.TransmitSize(), 0u);
}

TEST_F(Uart, FcrDecodesItsOtherBitsOnlyWithTheEnableBitSet) {
  EnableFifos(14);
  Write(kFcr, 0x00);
  Write(kFcr, 0xc0);  // a trigger level without the enable bit
  EXPECT_EQ(iir() & kFifosOn, 0);
  EnableFifos();
  Write(kIer, kReceived);
  Receive("x");
  EXPECT_EQ(iir(), 0xc4);  // the level is 1
}

TEST_F(Uart, FcrIsWriteOnly) {
  EnableFifos(14);
  EXPECT_EQ(iir(), 0xc1);
}

// As kvmtool: it tested the flush bits on the line-control register.
TEST_F(Uart, LcrBitsDoNotFlush) {
  EnableFifos();
  Receive("in");
  Write(kLcr, 0x07);
  EXPECT_EQ(ReadAll(), "in");
}

// As Seoul: 0x0c instead of 0xc0. As vm-superio: FreeBSD's probe wants the flush bits to work.
TEST_F(Uart, IirShowsFifosInItsTopBits) {
  EXPECT_EQ(iir(), 0x01);
  EnableFifos();
  EXPECT_EQ(iir(), 0xc1);
}

// --- Trigger level and character timeout ---------------------------------------------------------

TEST_F(Uart, DataIsSignalledAtTheTriggerLevel) {
  for (const unsigned level : {1u, 4u, 8u, 14u}) {
    EnableFifos(level);
    Write(kFcr, Read(kIir) | 0x03u);  // empty
    EnableFifos(level);
    Write(kIer, kReceived);
    Receive(std::string(level - 1, 'x'));
    EXPECT_EQ(iir(), 0xc1) << level;
    Receive("x");
    EXPECT_EQ(iir(), 0xc4) << level;
    Read(kRbr);
    EXPECT_EQ(iir(), 0xc1) << level;
    ReadAll();
  }
}

TEST_F(Uart, TimeoutAfterFourCharacterTimes) {  // 8.6.1
  EnableFifos(8);
  Write(kIer, kReceived);
  Receive("abc");
  ASSERT_TRUE(chip_.Deadline());
  EXPECT_EQ(*chip_.Deadline(), now_ + 4 * chip_.CharacterTime());
  Pass(4 * chip_.CharacterTime() - 1);
  EXPECT_EQ(iir(), 0xc1);
  Pass(1);
  EXPECT_EQ(iir(), 0xcc);
  EXPECT_TRUE(chip_.Interrupt());
  EXPECT_FALSE(chip_.Deadline());
  Read(kRbr);  // takes it back, and begins anew
  EXPECT_EQ(iir(), 0xc1);
  Pass(4 * chip_.CharacterTime());
  EXPECT_EQ(iir(), 0xcc);
}

TEST_F(Uart, TimeoutBeginsAnewWithEachArrivalAndRead) {
  EnableFifos(8);
  Write(kIer, kReceived);
  Receive("ab");
  Pass(3 * chip_.CharacterTime());
  Receive("c");
  Pass(3 * chip_.CharacterTime());
  Read(kRbr);
  Pass(3 * chip_.CharacterTime());
  EXPECT_EQ(iir(), 0xc1);
}

TEST_F(Uart, NoTimeoutWhileTheFifoIsEmptyOrOff) {
  EnableFifos(8);
  EXPECT_FALSE(chip_.Deadline());
  Write(kFcr, 0);
  Receive("x");
  EXPECT_FALSE(chip_.Deadline());
}

TEST_F(Uart, CharacterTimeFollowsDivisorAndFormat) {
  Write(kLcr, kDlab | 0x03);
  Write(kDll, 1);
  Write(kDlm, 0);
  EXPECT_EQ(chip_.CharacterTime(), uint64_t{10} * 16 * 1'000'000'000 / 1'843'200);  // 115200 8N1
  Write(kDlm, 1);
  Write(kLcr, 0x0f);  // parity, two stop bits
  EXPECT_EQ(chip_.CharacterTime(), uint64_t{257} * 12 * 16 * 1'000'000'000 / 1'843'200);
}

TEST_F(Uart, DivisorOfZeroIsHarmless) {
  Write(kLcr, kDlab);
  Write(kDll, 0);
  Write(kDlm, 0);
  Write(kLcr, 0);
  EXPECT_GT(chip_.CharacterTime(), 0u);
}

// --- Interrupt identification --------------------------------------------------------------------

// As kvmtool and vm-superio: causes that were ORed read as line status.
TEST_F(Uart, IirTellsTheMostUrgentCauseAlone) {  // table III
  EnableFifos(4);
  Write(kIer, 0x0f);
  Receive("ab");
  Pass(4 * chip_.CharacterTime());
  Modem(0x10);
  EXPECT_EQ(chip_.Peek(kIir), 0xcc);  // timeout before transmitter and modem
  Receive("cd");
  EXPECT_EQ(chip_.Peek(kIir), 0xc4);  // the level before the timeout
  Receive(std::string(13, 'x'));      // an overrun
  EXPECT_EQ(chip_.Peek(kIir), 0xc6);
  lsr();
  EXPECT_EQ(chip_.Peek(kIir), 0xc4);
  ReadAll();
  EXPECT_EQ(iir(), 0xc2);  // transmitter: told, and so taken back
  EXPECT_EQ(iir(), 0xc0);  // modem
  Read(kMsr);
  EXPECT_EQ(iir(), 0xc1);
}

TEST_F(Uart, OnlyWhatIsEnabledIsToldAndRaised) {
  Receive("x");
  EXPECT_EQ(iir(), 0x01);
  EXPECT_FALSE(chip_.Interrupt());
  Write(kIer, kReceived);
  EXPECT_EQ(iir(), 0x04);
  EXPECT_TRUE(chip_.Interrupt());
}

// As vm-superio #135: input was lost for good when IER was masked while bytes arrived.
TEST_F(Uart, InputThatCameWhileMaskedIsSignalledOnUnmasking) {
  EnableFifos();
  Receive("typed ahead");
  Write(kIer, kReceived);
  EXPECT_TRUE(chip_.Interrupt());
  EXPECT_EQ(ReadAll(), "typed ahead");
  EXPECT_FALSE(chip_.Interrupt());
}

// As an edge-triggered PIC hangs (elks #2624): the level must go with the last cause.
TEST_F(Uart, LevelDropsWithTheLastCause) {
  Write(kIer, kReceived | kModemStatus);
  Receive("x");
  Modem(0x10);
  Read(kRbr);
  EXPECT_TRUE(chip_.Interrupt());
  Read(kMsr);
  EXPECT_FALSE(chip_.Interrupt());
}

TEST_F(Uart, Out2GatesTheInterruptPinAndNotTheIdentification) {
  Write(kIer, kReceived);
  Write(kMcr, 0);
  Receive("x");
  EXPECT_FALSE(chip_.Interrupt());
  EXPECT_EQ(iir(), 0x04);
  Write(kMcr, kOut2);
  EXPECT_TRUE(chip_.Interrupt());
}

TEST(UartPins, GateMayBeLeftOut) {
  Chip chip({.out2_gates_irq = false});
  chip.Write(kIer, kReceived, 0);
  chip.Receive('x', 0);
  EXPECT_TRUE(chip.Interrupt());
}

// --- Transmitter empty ---------------------------------------------------------------------------

TEST_F(Uart, TransmitterIsSignalledWhenItEmpties) {
  Write(kIer, kTransmitter);
  EXPECT_EQ(iir(), 0x02);  // switched on while empty
  Write(kThr, 'x');
  EXPECT_EQ(iir(), 0x01);
  chip_.Transmitted(1);
  EXPECT_EQ(iir(), 0x02);
}

TEST_F(Uart, IirReadTakesBackOnlyTheTransmitterInterruptThatItTold) {
  Write(kIer, kTransmitter | kReceived);
  Receive("x");
  EXPECT_EQ(iir(), 0x04);
  Read(kRbr);
  EXPECT_EQ(iir(), 0x02);
  EXPECT_EQ(iir(), 0x01);
  EXPECT_EQ(lsr(), 0x60);  // it is still empty
}

TEST_F(Uart, ThrWriteTakesTheTransmitterInterruptBack) {
  Write(kIer, kTransmitter);
  Write(kThr, 'x');
  EXPECT_FALSE(chip_.Interrupt());
}

// As Firecracker #3046: FreeBSD's driver stopped after 16 characters.
TEST_F(Uart, TransmitterIsSignalledAgainAfterEachFullFifo) {
  EnableFifos();
  Write(kIer, kTransmitter);
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(iir(), 0xc2) << round;
    for (int i = 0; i < 16; ++i) Write(kThr, 'x');
    EXPECT_EQ(iir(), 0xc1) << round;
    chip_.Transmitted(16);
    EXPECT_TRUE(chip_.Interrupt()) << round;
  }
}

TEST_F(Uart, TransmitterInterruptSwitchedOffAndOnIsDueAgain) {
  Write(kIer, kTransmitter);
  iir();
  Write(kIer, 0);
  Write(kIer, kTransmitter);
  EXPECT_EQ(iir(), 0x02);
}

TEST_F(Uart, LineThatIsNotReadyShowsAFullTransmitter) {
  Write(kIer, kTransmitter);
  chip_.SetLineReady(false, now_);
  EXPECT_EQ(lsr(), 0x00);
  EXPECT_FALSE(chip_.Interrupt());
  chip_.SetLineReady(true, now_);
  EXPECT_EQ(lsr(), 0x60);
  EXPECT_EQ(iir(), 0x02);
}

// --- Line status ---------------------------------------------------------------------------------

TEST_F(Uart, LsrErrorsBelongToTheNextByteAndClearOnRead) {  // 8.5
  EnableFifos();
  Receive("a");
  Receive("b", 0x1c);      // break, framing, parity
  EXPECT_EQ(lsr(), 0xe1);  // somewhere in the FIFO
  Read(kRbr);
  EXPECT_EQ(lsr(), 0xfd);
  EXPECT_EQ(lsr(), 0x61);
  EXPECT_EQ(Read(kRbr), 'b');
}

TEST_F(Uart, LineStatusInterruptGoesWithTheLsrRead) {
  Write(kIer, kLineStatus);
  Receive("a", 0x04);
  EXPECT_EQ(iir(), 0x06);
  lsr();
  EXPECT_EQ(iir(), 0x01);
}

TEST_F(Uart, OverrunWithFifosLosesTheNewByte) {
  EnableFifos();
  Receive("0123456789abcdef!");
  EXPECT_EQ(lsr(), 0x63);
  EXPECT_EQ(lsr(), 0x61);
  EXPECT_EQ(ReadAll(), "0123456789abcdef");
}

TEST_F(Uart, OverrunWithoutFifosLosesTheOldByte) {
  Receive("ab");
  EXPECT_EQ(lsr(), 0x63);
  EXPECT_EQ(ReadAll(), "b");
}

TEST_F(Uart, StatusRegistersIgnoreWrites) {
  Write(kLsr, 0xff);
  Write(kMsr, 0xff);
  EXPECT_EQ(lsr(), 0x60);
  EXPECT_EQ(Read(kMsr), 0x00);
}

// --- Modem ---------------------------------------------------------------------------------------

TEST_F(Uart, MsrShowsTheLinesAndTheirChangesUntilRead) {  // 8.8
  Modem(0xb0);                                            // DCD, DSR, CTS
  EXPECT_EQ(Read(kMsr), 0xbb);
  EXPECT_EQ(Read(kMsr), 0xb0);
  Modem(0x30);
  EXPECT_EQ(Read(kMsr), 0x38);
}

// As VirtualBox: it told the wrong edge of the ring indicator.
TEST_F(Uart, RingIsToldAtItsEnd) {
  Modem(0x40);
  EXPECT_EQ(Read(kMsr), 0x40);
  Modem(0x00);
  EXPECT_EQ(Read(kMsr), 0x04);
}

TEST_F(Uart, OutputsFollowMcr) {
  Write(kMcr, 0xff);
  EXPECT_EQ(Read(kMcr), 0x1f);  // the bits above are always 0
  Write(kMcr, 0x0f);
  EXPECT_EQ(chip_.ModemOutputs().raw(), 0x0f);
}

// --- Loopback ------------------------------------------------------------------------------------

// As OpenVMM: CTS and DSR were crossed.
TEST_F(Uart, LoopbackLeadsEachOutputToItsInput) {  // 8.7, bit 4
  const struct {
    uint8_t output, input;
  } pairs[] = {{0x01, 0x20}, {0x02, 0x10}, {0x04, 0x40}, {0x08, 0x80}};
  for (const auto& [output, input] : pairs) {
    Write(kMcr, kLoopback | output);
    EXPECT_EQ(Read(kMsr) & 0xf0, input);
  }
  EXPECT_EQ(chip_.ModemOutputs().raw(), 0);
}

TEST_F(Uart, LoopbackSendsToTheReceiverAndNotToTheLine) {
  EnableFifos();
  Write(kMcr, kLoopback);
  Write(kThr, 'o');
  Write(kThr, 'k');
  EXPECT_EQ(chip_.TransmitSize(), 0u);
  EXPECT_EQ(lsr(), 0x61);
  EXPECT_EQ(ReadAll(), "ok");
}

// As OpenVMM: an overrun in loopback left 17 bytes in the FIFO.
TEST_F(Uart, LoopbackOverrunLeavesAFullFifo) {
  EnableFifos();
  Write(kMcr, kLoopback);
  for (char c = 'a'; c < 'a' + 17; ++c) Write(kThr, static_cast<uint8_t>(c));
  EXPECT_EQ(lsr() & 0x02, 0x02);
  EXPECT_EQ(ReadAll(), "abcdefghijklmnop");
}

TEST_F(Uart, LoopbackKeepsTheLinesInputWaiting) {
  Write(kMcr, kLoopback);
  EXPECT_EQ(chip_.ReceiveRoom(now_), 0u);
  Receive("x");
  EXPECT_EQ(lsr(), 0x60);
  Write(kMcr, 0);
  EXPECT_EQ(chip_.ReceiveRoom(now_), 1u);
}

// The gate follows the pin, which loopback makes inactive: a self-test polls IIR.
TEST_F(Uart, LoopbackSelfTestSeesInterruptsInIirAlone) {
  Write(kIer, kReceived);
  Write(kMcr, kLoopback | kOut2);
  Write(kThr, 'x');
  EXPECT_EQ(iir(), 0x04);
  EXPECT_FALSE(chip_.Interrupt());
}

TEST_F(Uart, LeavingLoopbackTellsTheLinesThatChangedWithIt) {
  Modem(0x10);
  Read(kMsr);
  Write(kMcr, kLoopback);  // CTS falls
  EXPECT_EQ(Read(kMsr), 0x01);
  Write(kMcr, 0);
  EXPECT_EQ(Read(kMsr), 0x11);
}

// --- The rest ------------------------------------------------------------------------------------

TEST_F(Uart, DlabSwitchesTheFirstTwoRegistersToTheDivisor) {
  Write(kIer, 0x05);
  Receive("q");
  Write(kLcr, kDlab);
  Write(kDll, 0x34);
  Write(kDlm, 0x12);
  EXPECT_EQ(Read(kDll), 0x34);
  EXPECT_EQ(Read(kDlm), 0x12);
  Write(kLcr, 0);
  EXPECT_EQ(Read(kIer), 0x05);
  EXPECT_EQ(Read(kRbr), 'q');
}

TEST_F(Uart, ScratchStays) {
  Write(kScr, 0xa5);
  EXPECT_EQ(Read(kScr), 0xa5);
}

TEST_F(Uart, PeekChangesNothing) {
  EnableFifos();
  Write(kIer, 0x0f);
  Receive("x", 0x04);
  Modem(0x10);
  for (int twice = 0; twice < 2; ++twice) {
    EXPECT_EQ(chip_.Peek(kRbr), 'x');
    EXPECT_EQ(chip_.Peek(kIir), 0xc6);
    EXPECT_EQ(chip_.Peek(kLsr), 0xe5);
    EXPECT_EQ(chip_.Peek(kMsr), 0x11);
  }
}

// As Firecracker #5730: a state taken during a transmission came back as a dead console. All of the
// chip is in its value.
TEST_F(Uart, CopyTakenDuringATransmissionGoesOn) {
  EnableFifos();
  Write(kIer, kTransmitter);
  for (int i = 0; i < 16; ++i) Write(kThr, 'x');
  const Chip taken = chip_;
  Chip restored = taken;
  restored.Transmitted(16);
  EXPECT_TRUE(restored.Interrupt());
  EXPECT_EQ(restored.Read(kIir, now_), 0xc2);
}

TEST_F(Uart, ResetLeavesNothingBehind) {
  EnableFifos();
  Write(kIer, 0x0f);
  Receive("abc", 0x04);
  Write(kThr, 'x');
  Write(kScr, 1);
  chip_.Reset();
  EXPECT_EQ(iir(), 0x01);
  EXPECT_EQ(lsr(), 0x60);
  EXPECT_EQ(Read(kIer), 0);
  EXPECT_EQ(Read(kScr), 0);
  EXPECT_EQ(chip_.TransmitSize(), 0u);
  EXPECT_FALSE(chip_.Interrupt());
}

TEST_F(Uart, AnyOperationIsSafeAndTheFifosKeepTheirBounds) {
  std::mt19937 random(16550);
  for (int i = 0; i < 200'000; ++i) {
    const uint64_t offset = random() % 10;
    switch (random() % 6) {
      case 0:
      case 1:
        Write(offset, random() % 256);
        break;
      case 2:
        Read(offset);
        break;
      case 3:
        Receive("r", static_cast<uint8_t>(random()));
        break;
      case 4:
        chip_.Transmitted(random() % 20);
        chip_.SetLineReady(random() % 2 == 0, now_);
        break;
      default:
        Modem(static_cast<uint8_t>(random()));
        Pass(random() % 10'000'000);
    }
    EXPECT_LE(chip_.ReceiveRoom(now_), 16u);
    EXPECT_LE(chip_.TransmitSize(), 16u);
    const uint8_t cause = chip_.Peek(kIir) & 0x0f;
    EXPECT_EQ(chip_.Interrupt(), cause != 0x01 && (chip_.ModemOutputs().raw() & kOut2) != 0);
  }
}

// --- Variants ------------------------------------------------------------------------------------

// --- A line with pace ------------------------------------------------------------------------------

TEST_F(PacedUart, CharactersLeaveOneAfterTheOther) {
  EnableFifos();
  Send("abc");
  EXPECT_EQ(Sent(), "");
  Pass(chip_.CharacterTime());
  EXPECT_EQ(Sent(), "a");
  Pass(2 * chip_.CharacterTime());
  EXPECT_EQ(Sent(), "bc");
  EXPECT_EQ(chip_.Deadline(), std::nullopt);
}

TEST_F(PacedUart, DeadlineIsTheEndOfTheCharacter) {
  Send("a");
  EXPECT_EQ(chip_.Deadline(), now_ + chip_.CharacterTime());
}

TEST_F(PacedUart, HoldingRegisterIsEmptyOnceItsByteIsInTheShiftRegister) {  // 8.5
  Send("a");
  EXPECT_EQ(lsr() & 0x60, 0x20);
  Send("b");
  EXPECT_EQ(lsr() & 0x60, 0x00);
  Pass(chip_.CharacterTime());
  EXPECT_EQ(lsr() & 0x60, 0x20);
  Pass(chip_.CharacterTime());
  EXPECT_EQ(lsr() & 0x60, 0x60);
}

TEST_F(PacedUart, FifoThatIsClearedLeavesTheCharacterInTheShiftRegister) {  // 8.4
  EnableFifos();
  Send("abc");
  Write(kFcr, 0x05);
  Pass(10 * chip_.CharacterTime());
  EXPECT_EQ(Sent(), "a");
}

TEST_F(PacedUart, LineThatIsNotReadyStopsBehindTheCharacterOnIt) {
  EnableFifos();
  Send("ab");
  chip_.SetLineReady(false, now_);
  Pass(10 * chip_.CharacterTime());
  EXPECT_EQ(Sent(), "a");
  EXPECT_EQ(lsr() & 0x60, 0x00);
  chip_.SetLineReady(true, now_);
  Pass(chip_.CharacterTime());
  EXPECT_EQ(Sent(), "b");
}

TEST_F(PacedUart, BytesComeNoFasterThanTheLine) {
  EnableFifos();
  EXPECT_EQ(chip_.ReceiveRoom(now_), 1u);
  Receive("a");
  EXPECT_EQ(chip_.ReceiveRoom(now_), 0u);
  EXPECT_EQ(chip_.NextReceive(), now_ + chip_.CharacterTime());
  EXPECT_EQ(chip_.ReceiveRoom(chip_.NextReceive()), 1u);
}

// As Firecracker #5730 has it: a restored console that stays dead.
TEST_F(PacedUart, CopyTakenInTheMiddleOfACharacterGoesOn) {
  EnableFifos();
  Write(kIer, kTransmitter);
  iir();
  Send("abc");
  Pass(chip_.CharacterTime() / 2);
  Chip restored = chip_;
  EXPECT_EQ(restored.Deadline(), chip_.Deadline());
  restored.AdvanceTo(now_ += 3 * chip_.CharacterTime());
  ASSERT_EQ(restored.TransmitSize(), 3u);
  EXPECT_EQ(restored.TransmitByte(2), 'c');
  EXPECT_TRUE(restored.Interrupt()) << "the transmitter is empty: its driver goes on";
  restored.Transmitted(3);
  restored.Write(kThr, 'd', now_);
  restored.AdvanceTo(now_ + chip_.CharacterTime());
  EXPECT_EQ(restored.TransmitByte(0), 'd');
}

TEST_F(PacedUart, AllThatIsLeftCanBeTakenAtOnce) {
  EnableFifos();
  Send("abc");
  chip_.TransmitAll();
  EXPECT_EQ(Sent(), "abc");
}

TEST_F(PacedUart, ResetStopsTheLine) {
  EnableFifos();
  Send("abc");
  chip_.Reset();
  Pass(10 * chip_.CharacterTime());
  EXPECT_EQ(Sent(), "");
}

TEST_F(Paced16750, AutoflowHoldsTheNextCharacterBack) {
  EnableFifos();
  Write(kMcr, 0x20);
  Modem(0x10);  // CTS
  Send("ab");
  Modem(0x00);
  Pass(10 * chip_.CharacterTime());
  EXPECT_EQ(Sent(), "a");
  Modem(0x10);
  Pass(chip_.CharacterTime());
  EXPECT_EQ(Sent(), "b");
}

TEST_F(Uart16450, HasNoFifos) {
  EnableFifos();
  EXPECT_EQ(iir(), 0x01);
  EXPECT_EQ(chip_.ReceiveRoom(now_), 1u);
}

TEST_F(Uart16750, HasFifosOf64BehindDlab) {  // TL16C750
  Write(kFcr, 0x21);
  EXPECT_EQ(chip_.ReceiveRoom(now_), 16u);  // not without DLAB
  Write(kLcr, kDlab);
  Write(kFcr, 0x21);
  Write(kLcr, 0);
  EXPECT_EQ(chip_.ReceiveRoom(now_), 64u);
  EXPECT_EQ(iir(), 0xe1);
  Write(kFcr, 0x81);  // the third level, and bit 5 stays as it was
  Write(kIer, kReceived);
  Receive(std::string(31, 'x'));
  EXPECT_EQ(iir(), 0xe1);
  Receive("x");
  EXPECT_EQ(iir(), 0xe4);
}

TEST_F(Uart16750, AutoflowHoldsBytesBackWithoutClearToSend) {
  Write(kMcr, 0x20);
  Write(kThr, 'x');
  EXPECT_EQ(chip_.TransmitSize(), 0u);
  EXPECT_EQ(lsr(), 0x00);
  Modem(0x10);
  EXPECT_EQ(chip_.TransmitSize(), 1u);
}

TEST_F(Uart16750, AutoflowTakesRtsBackAtTheTriggerLevel) {
  EnableFifos(4);
  Write(kMcr, 0x22);
  Receive("abc");
  EXPECT_EQ(chip_.ModemOutputs().raw(), 0x02);
  Receive("d");
  EXPECT_EQ(chip_.ModemOutputs().raw(), 0x00);
  Read(kRbr);
  EXPECT_EQ(chip_.ModemOutputs().raw(), 0x02);
}

}  // namespace
}  // namespace ns16550a
