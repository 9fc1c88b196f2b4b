// SPDX-License-Identifier: MIT
// One chip, without a host. Titles in brackets are sections of Intel's 8259A data sheet.
#include "i8259_chip.h"

#include <vector>

#include "gtest/gtest.h"

namespace i8259 {
namespace {

constexpr uint8_t kVector = 0x20;
constexpr uint8_t kEoi = 0x20, kSpecificEoi = 0x60, kRotateOnEoi = 0xa0,
                  kRotateOnSpecificEoi = 0xe0;
constexpr uint8_t kSetPriority = 0xc0, kSetRotate = 0x80, kClearRotate = 0x00, kNoOperation = 0x40;
constexpr uint8_t kReadIrr = 0x0a, kReadIsr = 0x0b, kPoll = 0x0c;
constexpr uint8_t kSetSpecialMask = 0x68, kClearSpecialMask = 0x48;
constexpr uint8_t kAutomaticEoi = 0x02, kSpecialFullyNested = 0x10;

class Pic : public ::testing::Test {
 protected:
  Pic() { Initialize(); }

  void Initialize(uint8_t icw1 = 0x11, uint8_t icw4 = 0x01) {
    Command(icw1);
    Data(kVector);
    if ((icw1 & 0x02) == 0) Data(0x04);  // a slave at input 2
    if ((icw1 & 0x01) != 0) Data(icw4);
  }
  void Command(unsigned value) { chip_.Write(kCommand, static_cast<uint8_t>(value)); }
  void Data(unsigned value) { chip_.Write(kData, static_cast<uint8_t>(value)); }
  void Raise(unsigned line) { chip_.SetInput(line, true); }
  void Lower(unsigned line) { chip_.SetInput(line, false); }
  void Pulse(unsigned line) {
    Lower(line);
    Raise(line);
  }
  unsigned Irr() {
    Command(kReadIrr);
    return chip_.Read(kStatus);
  }
  unsigned Isr() {
    Command(kReadIsr);
    return chip_.Read(kStatus);
  }
  unsigned Imr() { return chip_.Read(kMask); }
  // The level that is acknowledged, without the vector's base.
  unsigned Acknowledge() {
    const unsigned vector = chip_.Acknowledge();
    EXPECT_EQ(vector & 0xf8, kVector);
    return vector & 7;
  }
  // Brings a level into service.
  void Serve(unsigned line) {
    Pulse(line);
    ASSERT_EQ(Acknowledge(), line);
  }
  // Which of eight requests come through, each tried alone.
  unsigned LetThrough() {
    unsigned lines = 0;
    for (unsigned line = 0; line < kLines; ++line) {
      Chip alone = chip_;
      alone.SetInput(line, false);
      alone.SetInput(line, true);
      if (alone.Output()) lines |= 1u << line;
    }
    return lines;
  }

  Chip chip_{Chip::Role::kMaster, kMasterElcrMask};
};

// --- Initialization ------------------------------------------------------------------------------

TEST_F(Pic, ResetValues) {
  const Chip fresh(Chip::Role::kMaster);
  EXPECT_EQ(fresh.Peek(kStatus), 0x00);
  EXPECT_EQ(fresh.Peek(kMask), 0x00);
  EXPECT_EQ(fresh.ReadElcr(), 0x00);
  EXPECT_FALSE(fresh.Output());
}

TEST_F(Pic, ResetKeepsTheInputsAndNothingElse) {
  chip_.WriteElcr(0xff);
  Serve(1);
  Raise(3);
  Data(0x0f);
  chip_.Reset();
  EXPECT_EQ(Isr(), 0x00);
  EXPECT_EQ(Irr(), 0x00);
  EXPECT_EQ(Imr(), 0x00);
  EXPECT_EQ(chip_.ReadElcr(), 0x00);
  Raise(3);  // it is high already, which is no edge
  EXPECT_FALSE(chip_.Output());
}

TEST_F(Pic, Icw1ClearsMaskServiceEdgesRotationAndModes) {  // [ICW1, ICW2] a to e
  Data(0x80);
  Serve(3);
  Raise(5);
  Command(kSetPriority | 3);
  Command(kSetSpecialMask);
  Command(kReadIsr);
  Initialize();
  EXPECT_EQ(Imr(), 0x00);
  EXPECT_EQ(chip_.Read(kStatus), 0x00);  // IRR, whose edge is gone
  EXPECT_EQ(Isr(), 0x00);
  EXPECT_FALSE(chip_.Output());
  Raise(0);
  Raise(4);
  EXPECT_EQ(Acknowledge(), 0u);
}

TEST_F(Pic, Icw1ClearsSpecialMaskMode) {  // [ICW1, ICW2] e
  Command(kSetSpecialMask);
  Initialize();
  Serve(3);
  Data(0x08);
  EXPECT_EQ(LetThrough(), 0x07u);
}

TEST_F(Pic, Icw1ClearsRotationInAutomaticEoiAndAPendingPoll) {
  Command(kSetRotate);
  Command(kPoll);
  Initialize(0x11, kAutomaticEoi | 1);
  Raise(3);
  EXPECT_EQ(chip_.Read(kStatus), 0x08);
  EXPECT_EQ(Acknowledge(), 3u);
  Pulse(0);
  Pulse(4);
  EXPECT_EQ(Acknowledge(), 0u);
}

TEST_F(Pic, InputHighDuringIcw1MustRiseAnew) {  // [ICW1, ICW2] a
  Raise(5);
  Initialize();
  EXPECT_EQ(Irr(), 0x00u);
  Pulse(5);
  EXPECT_EQ(Irr(), 0x20u);
}

TEST_F(Pic, Icw1WithoutIcw4ClearsWhatItSelects) {  // [ICW1, ICW2] f
  Initialize(0x11, kAutomaticEoi | kSpecialFullyNested | 1);
  Initialize(0x10);
  Data(0x55);  // a mask already
  EXPECT_EQ(Imr(), 0x55u);
  Data(0x00);
  Serve(4);
  EXPECT_EQ(Isr(), 0x10u);
}

TEST_F(Pic, SingleModeTakesNoIcw3) {
  Initialize(0x13);
  Data(0xa5);
  EXPECT_EQ(Imr(), 0xa5u);
  EXPECT_FALSE(chip_.HasSlaveAt(2));
}

TEST_F(Pic, InitializationWordsTakeOneWriteEach) {
  const struct {
    uint8_t icw1;
    unsigned words;  // at kData
  } rows[] = {{0x10, 2}, {0x11, 3}, {0x12, 1}, {0x13, 2}};
  for (const auto& row : rows) {
    Command(row.icw1);
    for (unsigned i = 0; i < row.words; ++i) Data(0xe1);
    EXPECT_EQ(Imr(), 0x00u) << unsigned{row.icw1};
    Data(0xe1);
    EXPECT_EQ(Imr(), 0xe1u) << unsigned{row.icw1};
  }
}

TEST_F(Pic, Icw1StartsTheInitializationAnewAtAnyTime) {
  Command(0x11);
  Data(0x40);
  Initialize();
  Data(0x12);
  EXPECT_EQ(Imr(), 0x12u);
  Pulse(0);
  EXPECT_EQ(Acknowledge(), 0u);
}

TEST_F(Pic, Icw2HasFiveBitsOfTheVector) {
  Command(0x13);
  Data(0x77);
  Data(0x01);
  Raise(3);
  EXPECT_EQ(chip_.Acknowledge(), 0x73);
}

TEST_F(Pic, Icw3IsAListOfSlavesOrAnOwnNumber) {  // [ICW3]
  EXPECT_TRUE(chip_.HasSlaveAt(2));
  EXPECT_FALSE(chip_.HasSlaveAt(3));
  Chip slave(Chip::Role::kSlave);
  slave.Write(kCommand, 0x11);
  EXPECT_TRUE(slave.AnswersTo(7));  // [ICW1, ICW2] d
  slave.Write(kData, 0x28);
  slave.Write(kData, 0x02);
  EXPECT_TRUE(slave.AnswersTo(2));
  EXPECT_FALSE(slave.AnswersTo(7));
  EXPECT_FALSE(slave.HasSlaveAt(1));
}

TEST_F(Pic, Mcs80AndBufferedModeAreKeptWithoutEffect) {
  Initialize(0x11, 0x0c);
  Serve(3);
  EXPECT_EQ(Isr(), 0x08u);
}

// --- Requests and acknowledge --------------------------------------------------------------------

TEST_F(Pic, AcknowledgeMovesTheRequestIntoService) {  // [Interrupt Sequence]
  Raise(3);
  EXPECT_TRUE(chip_.Output());
  EXPECT_EQ(Irr(), 0x08u);
  EXPECT_EQ(chip_.Acknowledge(), kVector + 3);
  EXPECT_EQ(Irr(), 0x00u);
  EXPECT_EQ(Isr(), 0x08u);
  EXPECT_FALSE(chip_.Output());
}

TEST_F(Pic, EdgeInputMustFallBeforeItRequestsAgain) {  // [Edge and Level Triggered Modes]
  Serve(3);
  Command(kEoi);
  Raise(3);
  EXPECT_FALSE(chip_.Output());
  Pulse(3);
  EXPECT_TRUE(chip_.Output());
}

TEST_F(Pic, RequestGoesWithItsInputAndLevelSevenIsLeft) {  // [Edge and Level Triggered Modes]
  Raise(3);
  Lower(3);
  EXPECT_EQ(chip_.Peek(kStatus), 0x00);
  EXPECT_TRUE(chip_.Output());
  EXPECT_EQ(Acknowledge(), 7u);
  EXPECT_EQ(Isr(), 0x00u);
  EXPECT_FALSE(chip_.Output());
}

TEST_F(Pic, SpuriousLevelSevenLeavesWhatIsInServiceAlone) {
  Serve(5);
  Pulse(2);
  Lower(2);
  EXPECT_EQ(Acknowledge(), 7u);
  EXPECT_EQ(Isr(), 0x20u);
}

TEST_F(Pic, GenuineLevelSevenIsTakenForServiceAndSoToldFromASpuriousOne) {
  Serve(7);
  EXPECT_EQ(Isr(), 0x80u);
}

TEST_F(Pic, AnyRegisterWriteTakesAForgottenOutputBack) {
  Raise(3);
  Lower(3);
  Data(0x00);
  EXPECT_FALSE(chip_.Output());
}

TEST_F(Pic, MaskHoldsARequestBackAndKeepsIt) {  // [OCW1]
  Data(0x08);
  Raise(3);
  EXPECT_FALSE(chip_.Output());
  EXPECT_EQ(Irr(), 0x08u);
  Data(0x00);
  EXPECT_TRUE(chip_.Output());
  Data(0x08);
  EXPECT_FALSE(chip_.Output());
}

TEST_F(Pic, MaskOfAHigherLevelDoesNotAffectLowerOnes) {
  Data(0x01);
  Raise(0);
  Raise(6);
  EXPECT_EQ(Acknowledge(), 6u);
}

TEST_F(Pic, PriorityByTable) {  // [Fully Nested Mode]
  for (unsigned served = 0; served < kLines; ++served) {
    Initialize();
    Serve(served);
    EXPECT_EQ(LetThrough(), (1u << served) - 1) << served;
  }
}

TEST_F(Pic, HighestOfManyRequestsComesFirst) {
  for (const unsigned line : {6u, 1u, 4u, 3u}) Raise(line);
  for (const unsigned line : {1u, 3u, 4u, 6u}) {
    EXPECT_EQ(Acknowledge(), line);
    EXPECT_FALSE(chip_.Output());
    Command(kEoi);
  }
}

// --- Level-triggered inputs ----------------------------------------------------------------------

TEST_F(Pic, LevelInputRequestsUntilItFalls) {
  chip_.WriteElcr(0x20);
  Raise(5);
  EXPECT_EQ(Acknowledge(), 5u);
  EXPECT_EQ(Irr(), 0x20u);
  EXPECT_FALSE(chip_.Output());
  Command(kEoi);
  EXPECT_TRUE(chip_.Output());
  EXPECT_EQ(Acknowledge(), 5u);
  Lower(5);
  Command(kEoi);
  EXPECT_FALSE(chip_.Output());
  EXPECT_EQ(Irr(), 0x00u);
}

TEST_F(Pic, ElcrHasTheMasksBitsAlone) {
  chip_.WriteElcr(0xff);
  EXPECT_EQ(chip_.ReadElcr(), 0xf8);
  Chip slave(Chip::Role::kSlave, kSlaveElcrMask);
  slave.WriteElcr(0xff);
  EXPECT_EQ(slave.ReadElcr(), 0xde);
}

TEST_F(Pic, ElcrIsNotTheInitializations) {
  chip_.WriteElcr(0x20);
  Raise(5);
  Initialize();
  EXPECT_EQ(chip_.ReadElcr(), 0x20);
  EXPECT_EQ(Irr(), 0x20u);  // no edge is needed
  EXPECT_TRUE(chip_.Output());
}

TEST_F(Pic, ElcrTurnsAServedHighInputIntoARequest) {
  Raise(5);
  Acknowledge();
  Command(kEoi);
  EXPECT_FALSE(chip_.Output());
  chip_.WriteElcr(0x20);
  EXPECT_TRUE(chip_.Output());
  chip_.WriteElcr(0x00);
  EXPECT_FALSE(chip_.Output());
}

TEST_F(Pic, LtimMakesAllInputsLevelTriggered) {
  Initialize(0x19);
  Raise(0);
  Acknowledge();
  Command(kEoi);
  EXPECT_TRUE(chip_.Output());
}

// --- End of interrupt and rotation ---------------------------------------------------------------

TEST_F(Pic, NonspecificEoiEndsTheHighestInService) {  // [End of Interrupt]
  Serve(6);
  Serve(2);
  Command(kEoi);
  EXPECT_EQ(Isr(), 0x40u);
  Command(kEoi);
  EXPECT_EQ(Isr(), 0x00u);
  Command(kEoi);
  EXPECT_EQ(Isr(), 0x00u);
}

TEST_F(Pic, NonspecificEoiFollowsTheRotation) {
  Serve(6);
  Serve(2);
  Command(kSetPriority | 5);  // 6 is the highest
  Command(kEoi);
  EXPECT_EQ(Isr(), 0x04u);
}

TEST_F(Pic, SpecificEoiEndsItsLevelAlone) {
  Serve(6);
  Serve(2);
  Command(kSpecificEoi | 6);
  EXPECT_EQ(Isr(), 0x04u);
  Command(kSpecificEoi | 3);
  EXPECT_EQ(Isr(), 0x04u);
}

TEST_F(Pic,
       RotateOnNonspecificEoiMakesTheLevelTheLowest) {  // [Automatic Rotation], before and after
  Serve(6);
  Serve(4);
  Command(kRotateOnEoi);
  EXPECT_EQ(Isr(), 0x40u);
  EXPECT_EQ(LetThrough(), 0x20u);  // 5 alone is above 6
  Command(kEoi);
  Raise(4);
  Raise(5);
  EXPECT_EQ(Acknowledge(), 5u);
}

TEST_F(Pic, RotateOnNonspecificEoiWithNothingInServiceDoesNotRotate) {
  Command(kRotateOnEoi);
  Raise(0);
  Raise(7);
  EXPECT_EQ(Acknowledge(), 0u);
}

TEST_F(Pic, RotateOnSpecificEoiEndsAndRotates) {  // [Specific Rotation]
  Serve(6);
  Serve(2);
  Command(kRotateOnSpecificEoi | 6);
  EXPECT_EQ(Isr(), 0x04u);
  Command(kSpecificEoi | 2);
  Raise(0);
  Raise(7);
  EXPECT_EQ(Acknowledge(), 7u);
}

TEST_F(Pic, SetPriorityRotatesByTable) {  // [Specific Rotation]
  for (unsigned lowest = 0; lowest < kLines; ++lowest) {
    Initialize();
    Command(kSetPriority | lowest);
    for (unsigned line = 0; line < kLines; ++line) Pulse(line);
    for (unsigned i = 1; i <= kLines; ++i) {
      EXPECT_EQ(Acknowledge(), (lowest + i) % kLines) << lowest;
      Command(kEoi);
    }
  }
}

TEST_F(Pic, NoOperationOfOcw2DoesNothing) {
  Serve(3);
  Command(kNoOperation | 3);
  EXPECT_EQ(Isr(), 0x08u);
  EXPECT_EQ(LetThrough(), 0x07u);
}

TEST_F(Pic, AutomaticEoiLeavesNothingInService) {  // [Automatic End of Interrupt]
  Initialize(0x11, kAutomaticEoi | 1);
  Raise(3);
  Raise(5);
  EXPECT_EQ(Acknowledge(), 3u);
  EXPECT_EQ(Isr(), 0x00u);
  EXPECT_TRUE(chip_.Output());
  EXPECT_EQ(Acknowledge(), 5u);
}

TEST_F(Pic, RotateInAutomaticEoiIsSetAndCleared) {
  Initialize(0x11, kAutomaticEoi | 1);
  Command(kSetRotate);
  Raise(3);
  EXPECT_EQ(Acknowledge(), 3u);
  Raise(0);
  Raise(4);
  EXPECT_EQ(Acknowledge(), 4u);
  Command(kClearRotate);
  EXPECT_EQ(Acknowledge(), 0u);
  Pulse(4);
  Pulse(5);
  EXPECT_EQ(Acknowledge(), 5u);  // 4 is still the lowest
}

TEST_F(Pic, RotateInAutomaticEoiWithoutAutomaticEoiDoesNothing) {
  Command(kSetRotate);
  Serve(3);
  Command(kEoi);
  Raise(0);
  Raise(4);
  EXPECT_EQ(Acknowledge(), 0u);
}

// --- Modes ---------------------------------------------------------------------------------------

TEST_F(Pic, SpecialMaskLetsAllOthersThrough) {  // [Special Mask Mode]
  Serve(3);
  Data(0x08);
  EXPECT_EQ(LetThrough(), 0x07u);
  Command(kSetSpecialMask);
  EXPECT_EQ(LetThrough(), 0xf7u);
  Command(kClearSpecialMask);
  EXPECT_EQ(LetThrough(), 0x07u);
}

TEST_F(Pic, SpecialMaskIsLeftAloneWithoutItsEnable) {  // [OCW3]
  Serve(3);
  Data(0x08);
  Command(kSetSpecialMask);
  Command(0x08);
  EXPECT_EQ(LetThrough(), 0xf7u);
  Command(kClearSpecialMask);
  Command(0x28);
  EXPECT_EQ(LetThrough(), 0x07u);
}

TEST_F(Pic, NonspecificEoiDoesNotEndAMaskedLevelInSpecialMaskMode) {  // [End of Interrupt]
  Serve(3);
  Data(0x08);
  Command(kSetSpecialMask);
  Command(kEoi);
  EXPECT_EQ(Isr(), 0x08u);
  Serve(5);
  Command(kEoi);
  EXPECT_EQ(Isr(), 0x08u);
  Command(kSpecificEoi | 3);
  EXPECT_EQ(Isr(), 0x00u);
}

TEST_F(Pic, SpecialFullyNestedLetsTheSlavesLevelNest) {  // [The Special Fully Nested Mode]
  Initialize(0x11, kSpecialFullyNested | 1);
  Serve(2);
  EXPECT_EQ(LetThrough(), 0x07u);
  Command(kSpecificEoi | 2);
  Serve(3);  // no slave there
  EXPECT_EQ(LetThrough(), 0x07u);
}

TEST_F(Pic, StatusIsIrrOrIsrAsLastSelected) {  // [Reading the 8259A Status]
  Serve(3);
  Raise(1);
  Command(kReadIsr);
  EXPECT_EQ(chip_.Read(kStatus), 0x08);
  EXPECT_EQ(chip_.Read(kStatus), 0x08);
  Command(0x09);  // RIS without RR
  EXPECT_EQ(chip_.Read(kStatus), 0x08);
  Command(kReadIrr);
  EXPECT_EQ(chip_.Read(kStatus), 0x02);
}

TEST_F(Pic, PollIsAnAcknowledge) {  // [Poll Command]
  Raise(4);
  Command(kPoll);
  EXPECT_EQ(chip_.Read(kStatus), 0x84);
  EXPECT_EQ(chip_.Read(kStatus), 0x00);  // once
  EXPECT_FALSE(chip_.Output());
  EXPECT_EQ(Isr(), 0x10u);
}

TEST_F(Pic, PollWithoutARequestSaysSo) {
  Command(kPoll);
  EXPECT_EQ(chip_.Read(kStatus) & 0x80, 0);
  EXPECT_EQ(Isr(), 0x00u);
}

TEST_F(Pic, PollIsTheNextReadAtEitherAddress) {
  Data(0x01);
  Raise(4);
  Command(kPoll);
  EXPECT_EQ(chip_.Read(kMask), 0x84);
  EXPECT_EQ(chip_.Read(kMask), 0x01);
}

TEST_F(Pic, PollOverridesTheStatusSelection) {  // [Reading the 8259A Status]
  Raise(4);
  Command(0x0f);  // P, RR, RIS
  EXPECT_EQ(chip_.Read(kStatus), 0x84);
  EXPECT_EQ(chip_.Read(kStatus), 0x10);
}

TEST_F(Pic, PeekChangesNothing) {
  Raise(4);
  Command(kPoll);
  for (int twice = 0; twice < 2; ++twice) EXPECT_EQ(chip_.Peek(kStatus), 0x84);
  EXPECT_TRUE(chip_.Output());
  EXPECT_EQ(chip_.Read(kStatus), 0x84);
}

TEST_F(Pic, CopyTakenWithAnInterruptPendingGoesOn) {
  Serve(6);
  Raise(2);
  Command(0x11);  // and in the middle of an initialization
  Raise(3);
  Chip restored = chip_;
  for (const int word : {0x40, 0x04, 0x01, 0xf7}) restored.Write(kData, static_cast<uint8_t>(word));
  EXPECT_EQ(restored.Read(kMask), 0xf7);
  EXPECT_EQ(restored.Acknowledge(), 0x43);
}

}  // namespace
}  // namespace i8259
