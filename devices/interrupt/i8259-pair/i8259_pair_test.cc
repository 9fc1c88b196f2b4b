// SPDX-License-Identifier: MIT
// Master and slave together. Titles in brackets are sections of Intel's 8259A data sheet.
#include "i8259_pair.h"

#include <tuple>

#include "gtest/gtest.h"

namespace i8259 {
namespace {

using enum Pair::Half;

constexpr uint8_t kMasterVector = 0x30, kSlaveVector = 0x78;

class PicPair : public ::testing::Test {
 protected:
  static constexpr uint8_t kEoi = 0x20, kReadIsr = 0x0b, kPoll = 0x0c;

  PicPair() { Initialize(); }

  void Initialize(uint8_t master_icw4 = 0x01, uint8_t slave_icw4 = 0x01) {
    for (const uint8_t word : {kMasterVector, uint8_t{0x04}, master_icw4}) {
      if (word == kMasterVector) pair_.Write(kMaster, kCommand, 0x11);
      pair_.Write(kMaster, kData, word);
    }
    for (const uint8_t word : {kSlaveVector, uint8_t{0x02}, slave_icw4}) {
      if (word == kSlaveVector) pair_.Write(kSlave, kCommand, 0x11);
      pair_.Write(kSlave, kData, word);
    }
  }
  void Pulse(unsigned input) {
    pair_.SetInput(input, false);
    pair_.SetInput(input, true);
  }
  unsigned Isr(Pair::Half half) {
    pair_.Write(half, kCommand, kReadIsr);
    return pair_.Read(half, kStatus);
  }
  void EndOf(Pair::Half half) { pair_.Write(half, kCommand, kEoi); }
  // The input that is acknowledged.
  unsigned Acknowledge() {
    const unsigned vector = pair_.Acknowledge();
    return (vector & 0xf8) == kSlaveVector ? vector - kSlaveVector + 8 : vector - kMasterVector;
  }

  Pair pair_;
};

TEST_F(PicPair, EveryInputHasItsVector) {
  for (unsigned input = 0; input < Pair::kInputs; ++input) {
    if (input == Pair::kCascade) continue;
    Pulse(input);
    ASSERT_TRUE(pair_.Output()) << input;
    EXPECT_EQ(Acknowledge(), input);
    EXPECT_FALSE(pair_.Output());
    if (input >= 8) EndOf(kSlave);
    EndOf(kMaster);
  }
}

TEST_F(PicPair, InputTwoIsTheCascadeAlone) {
  Pulse(2);
  EXPECT_FALSE(pair_.Output());
}

TEST_F(PicPair, PriorityByTable) {  // the slave's eight stand where the master's input 2 is
  const unsigned order[] = {0, 1, 8, 9, 10, 11, 12, 13, 14, 15, 3, 4, 5, 6, 7};
  for (const unsigned input : order) pair_.SetInput(input, true);
  for (const unsigned input : order) {
    ASSERT_TRUE(pair_.Output());
    EXPECT_EQ(Acknowledge(), input);
    if (input >= 8) EndOf(kSlave);
    EndOf(kMaster);
  }
  EXPECT_FALSE(pair_.Output());
}

TEST_F(PicPair, SlaveInterruptIsInServiceInBoth) {  // [Cascade Mode]
  Pulse(12);
  EXPECT_EQ(Acknowledge(), 12u);
  EXPECT_EQ(Isr(kMaster), 0x04u);
  EXPECT_EQ(Isr(kSlave), 0x10u);
  EndOf(kSlave);
  EXPECT_EQ(Isr(kMaster), 0x04u);  // each wants its own EOI
}

TEST_F(PicPair, SpuriousSevenLeavesNothingInService) {
  Pulse(5);
  pair_.SetInput(5, false);
  EXPECT_TRUE(pair_.Output());
  EXPECT_EQ(Acknowledge(), 7u);
  EXPECT_EQ(Isr(kMaster), 0x00u);
}

TEST_F(PicPair, SpuriousFifteenLeavesTheMastersLevelTwoInService) {
  Pulse(12);
  pair_.SetInput(12, false);
  EXPECT_TRUE(pair_.Output());
  EXPECT_EQ(Acknowledge(), 15u);
  EXPECT_EQ(Isr(kMaster), 0x04u);
  EXPECT_EQ(Isr(kSlave), 0x00u);
  EndOf(kMaster);
  EXPECT_FALSE(pair_.Output());
}

TEST_F(PicPair, MaskingInTheSlaveTakesTheOutputBackWithoutASpuriousInterrupt) {
  Pulse(12);
  pair_.Write(kSlave, kData, 0x10);
  EXPECT_FALSE(pair_.Output());
  pair_.Write(kSlave, kData, 0x00);
  EXPECT_EQ(Acknowledge(), 12u);
}

TEST_F(PicPair, NextSlaveRequestIsAnEdgeForTheMaster) {
  Initialize(0x03, 0x03);  // automatic EOI: the slave's INT does not rest between two
  pair_.SetInput(9, true);
  pair_.SetInput(12, true);
  EXPECT_EQ(Acknowledge(), 9u);
  EXPECT_TRUE(pair_.Output());
  EXPECT_EQ(Acknowledge(), 12u);
  EXPECT_FALSE(pair_.Output());
}

TEST_F(PicPair, SlaveDoesNotNestInTheFullyNestedMode) {  // [The Special Fully Nested Mode]
  Pulse(12);
  Acknowledge();
  Pulse(9);
  EXPECT_FALSE(pair_.Output());
  EndOf(kMaster);
  EXPECT_EQ(Acknowledge(), 9u);
}

TEST_F(PicPair, SlaveNestsInTheSpecialFullyNestedMode) {
  Initialize(0x11);
  Pulse(12);
  Acknowledge();
  Pulse(13);  // a lower one does not
  EXPECT_FALSE(pair_.Output());
  Pulse(9);
  EXPECT_TRUE(pair_.Output());
  EXPECT_EQ(Acknowledge(), 9u);
  EXPECT_EQ(Isr(kSlave), 0x12u);
}

TEST_F(PicPair, LevelInputOfTheSlaveRequestsAgainAfterBothEois) {
  pair_.WriteElcr(kSlave, 0x08);
  pair_.SetInput(11, true);
  for (int twice = 0; twice < 2; ++twice) {
    EXPECT_EQ(Acknowledge(), 11u);
    EndOf(kSlave);
    EXPECT_FALSE(pair_.Output());
    EndOf(kMaster);
    EXPECT_TRUE(pair_.Output());
  }
  EXPECT_EQ(Acknowledge(), 11u);
  pair_.SetInput(11, false);
  EndOf(kSlave);
  EndOf(kMaster);
  EXPECT_FALSE(pair_.Output());
}

TEST_F(PicPair, ElcrHasTheMasksOfPorts4d0And4d1) {
  pair_.WriteElcr(kMaster, 0xff);
  pair_.WriteElcr(kSlave, 0xff);
  EXPECT_EQ(pair_.ReadElcr(kMaster), 0xf8);
  EXPECT_EQ(pair_.ReadElcr(kSlave), 0xde);
}

TEST_F(PicPair, PollOfBothServesTheSlave) {  // [Poll Command]
  Pulse(12);
  pair_.Write(kMaster, kCommand, kPoll);
  EXPECT_EQ(pair_.Read(kMaster, kStatus), 0x82);
  pair_.Write(kSlave, kCommand, kPoll);
  EXPECT_EQ(pair_.Peek(kSlave, kStatus), 0x84);
  EXPECT_EQ(pair_.Read(kSlave, kStatus), 0x84);
  EXPECT_EQ(Isr(kMaster), 0x04u);
  EXPECT_EQ(Isr(kSlave), 0x10u);
  EXPECT_FALSE(pair_.Output());
}

TEST_F(PicPair, PollOfTheSlaveAloneTakesItsRequestFromTheMaster) {
  Pulse(12);
  pair_.Write(kSlave, kCommand, kPoll);
  EXPECT_EQ(pair_.Read(kSlave, kStatus), 0x84);
  EXPECT_FALSE(pair_.Output());
}

TEST_F(PicPair, ReadingTheSlaveIsNoEdge) {
  Pulse(12);
  pair_.Write(kMaster, kCommand, kPoll);
  pair_.Read(kMaster, kStatus);
  pair_.Read(kSlave, kMask);
  EXPECT_EQ(pair_.Peek(kMaster, kStatus), 0x00);
}

TEST_F(PicPair, SlaveOfAnotherNumberLeavesTheBusFloating) {
  pair_.Write(kSlave, kCommand, 0x11);
  for (const uint8_t word : {kSlaveVector, uint8_t{5}, uint8_t{1}})
    pair_.Write(kSlave, kData, word);
  Pulse(12);
  EXPECT_EQ(pair_.Acknowledge(), 0xff);
  EXPECT_EQ(Isr(kMaster), 0x04u);
  EXPECT_EQ(Isr(kSlave), 0x00u);
}

// The slave looks at the cascade lines alone, and not where its INT leads to.
TEST_F(PicPair, MasterCallsASlaveOfTheInputsNumber) {
  for (const auto& [half, vector, icw3] :
       {std::tuple{kMaster, kMasterVector, 0x08}, std::tuple{kSlave, kSlaveVector, 0x03}}) {
    pair_.Write(half, kCommand, 0x11);
    for (const int word : {int{vector}, icw3, 1}) {
      pair_.Write(half, kData, static_cast<uint8_t>(word));
    }
  }
  Pulse(3);
  EXPECT_EQ(pair_.Acknowledge(), kSlaveVector + 7);
  EXPECT_EQ(Isr(kMaster), 0x08u);
  EXPECT_EQ(Isr(kSlave), 0x00u);
}

TEST_F(PicPair, MasterAloneGivesItsOwnVectorForTheCascade) {
  pair_.Write(kMaster, kCommand, 0x13);
  for (const uint8_t word : {kMasterVector, uint8_t{1}}) pair_.Write(kMaster, kData, word);
  Pulse(12);
  EXPECT_EQ(pair_.Acknowledge(), kMasterVector + 2);
}

TEST_F(PicPair, CopyTakenWithAnInterruptPendingGoesOn) {
  Pulse(12);
  Pair restored = pair_;
  EXPECT_TRUE(restored.Output());
  EXPECT_EQ(restored.Acknowledge(), kSlaveVector + 4);
}

TEST_F(PicPair, ResetLeavesNoRequest) {
  Pulse(12);
  Pulse(3);
  pair_.Reset();
  EXPECT_FALSE(pair_.Output());
  EXPECT_EQ(pair_.Peek(kMaster, kStatus), 0x00);
  EXPECT_EQ(pair_.Peek(kSlave, kStatus), 0x00);
}

}  // namespace
}  // namespace i8259
