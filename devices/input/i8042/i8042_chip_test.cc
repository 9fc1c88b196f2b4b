// SPDX-License-Identifier: MIT
// The chip, without a host. Sections are those of IBM's manuals that i8042_registers.h names.
#include "i8042_chip.h"

#include <random>

#include "gtest/gtest.h"

namespace i8042 {
namespace {

constexpr uint8_t kTimeout = 0x40, kAux = 0x20, kInh = 0x10, kA2 = 0x08, kSys = 0x04, kObf = 0x01;

class Controller : public ::testing::Test {
 protected:
  uint8_t status() { return chip_.Read(kStatus); }
  void Command(unsigned value) { chip_.Write(kCommand, static_cast<uint8_t>(value)); }
  void Data(unsigned value) { chip_.Write(kData, static_cast<uint8_t>(value)); }
  void Command(unsigned value, unsigned data) {
    Command(value);
    Data(data);
  }
  // The answer to a command, which there must be.
  uint8_t Ask(unsigned value) {
    Command(value);
    return Take();
  }
  uint8_t Take() {
    EXPECT_EQ(status() & kObf, kObf);
    const uint8_t value = chip_.Read(kData);
    EXPECT_EQ(status() & kObf, 0);
    return value;
  }

  Chip chip_;
};

// --- Reset and status -----------------------------------------------------------------------------

TEST_F(Controller, PowerOnDisablesBothInterfacesAndLeavesThePinsHigh) {
  EXPECT_EQ(status(), kInh);
  EXPECT_EQ(Ask(0x20), 0x30);
  EXPECT_EQ(Ask(0xd0), 0xcf);
  EXPECT_TRUE(chip_.A20());
  EXPECT_FALSE(chip_.ResetLine());
  EXPECT_FALSE(chip_.TakeResetPulse());
  EXPECT_FALSE(chip_.KeyboardInterrupt());
  EXPECT_FALSE(chip_.AuxInterrupt());
}

TEST_F(Controller, ResetTakesAllBack) {
  Command(0x60, 0xff);
  Command(0x65, 0x77);
  Command(0xd1, 0x00);
  Command(0xfe);
  Command(0xd3, 0xaa);
  Command(0xd4);  // awaits data
  chip_.Reset();
  EXPECT_EQ(status(), kInh);
  EXPECT_EQ(chip_.Read(kData), 0x00);
  EXPECT_FALSE(chip_.TakeResetPulse());
  EXPECT_EQ(Ask(0xd0), 0xcf);
  EXPECT_EQ(Ask(0x20), 0x30);
  EXPECT_EQ(Ask(0x25), 0x00);
}

TEST_F(Controller, StatusTellsWhetherTheLastWriteWasACommand) {  // A2
  Command(0xae);
  EXPECT_EQ(status() & kA2, kA2);
  Data(0xed);
  EXPECT_EQ(status() & kA2, 0);
}

TEST_F(Controller, StatusIsNotChangedByReadingIt) {
  Command(0xd3, 0x12);
  const uint8_t before = status();
  EXPECT_EQ(status(), before);
}

TEST_F(Controller, InputBufferIsNeverFullAndTheKeyboardNeverLocked) {
  for (unsigned value = 0; value < 256; ++value) {
    Command(value);
    EXPECT_EQ(status() & 0x02, 0) << value;
    EXPECT_EQ(status() & kInh, kInh) << value;
    Data(value);
    EXPECT_EQ(status() & 0x02, 0) << value;
  }
}

TEST_F(Controller, SystemFlagFollowsTheSelfTestAndTheCommandByte) {
  EXPECT_EQ(status() & kSys, 0);
  EXPECT_EQ(Ask(0xaa), 0x55);
  EXPECT_EQ(status() & kSys, kSys);
  EXPECT_EQ(Ask(0x20), 0x34);
  Command(0x60, 0x00);
  EXPECT_EQ(status() & kSys, 0);
}

TEST_F(Controller, PortsThatAreNotItsOwnReadAsNothing) {
  for (const uint64_t offset : {1u, 2u, 3u, 5u}) {
    chip_.Write(offset, 0xfe);
    EXPECT_EQ(chip_.Read(offset), 0xff);
  }
  EXPECT_FALSE(chip_.TakeResetPulse());
  EXPECT_EQ(status(), kInh);
}

// --- Output buffer --------------------------------------------------------------------------------

TEST_F(Controller, ReadingDataEmptiesTheBufferAndItKeepsItsByte) {
  EXPECT_EQ(Ask(0xaa), 0x55);
  EXPECT_EQ(chip_.Read(kData), 0x55);
  EXPECT_EQ(status() & kObf, 0);
}

TEST_F(Controller, NewAnswerTakesTheOldOnesPlace) {
  Command(0xaa);
  Command(0xab);
  EXPECT_EQ(Take(), 0x00);
}

TEST_F(Controller, PeekChangesNothing) {
  Command(0xaa);
  EXPECT_EQ(chip_.Peek(kData), 0x55);
  EXPECT_EQ(chip_.Peek(kStatus), kInh | kA2 | kSys | kObf);
  EXPECT_EQ(Take(), 0x55);
}

TEST_F(Controller, LoopedBytesComeBackAsThoseOfTheirDevice) {  // D2, D3
  Command(0xd2, 0x1c);
  EXPECT_EQ(status() & (kAux | kObf | kTimeout), kObf);
  EXPECT_EQ(Take(), 0x1c);
  Command(0xd3, 0x5a);
  EXPECT_EQ(status() & (kAux | kObf | kTimeout), kAux | kObf);
  EXPECT_EQ(Take(), 0x5a);
  EXPECT_EQ(status() & kAux, 0);
}

// --- RAM and command byte -------------------------------------------------------------------------

TEST_F(Controller, RamIsReadAndWritten) {  // 20 to 3F, 60 to 7F
  for (unsigned i = 0; i < 32; ++i) Command(0x60 + i, 0xa0 + i);
  for (unsigned i = 0; i < 32; ++i) EXPECT_EQ(Ask(0x20 + i), 0xa0 + i);
}

TEST_F(Controller, InterfacesAreDisabledAndEnabledInTheCommandByte) {  // A7, A8, AD, AE
  Command(0xa8);
  EXPECT_EQ(Ask(0x20), 0x10);
  Command(0xae);
  EXPECT_EQ(Ask(0x20), 0x00);
  Command(0xad);
  EXPECT_EQ(Ask(0x20), 0x10);
  Command(0xa7);
  EXPECT_EQ(Ask(0x20), 0x30);
}

TEST_F(Controller, CommandInPlaceOfDataTakesTheFirstBack) {
  Command(0x60);
  Command(0xae);
  Data(0xff);  // for the keyboard, then
  EXPECT_EQ(Take(), 0xfe);
  EXPECT_EQ(Ask(0x20), 0x20);
}

// --- Tests ----------------------------------------------------------------------------------------

TEST_F(Controller, TestsPass) {
  EXPECT_EQ(Ask(0xaa), 0x55);
  EXPECT_EQ(Ask(0xa9), 0x00);
  EXPECT_EQ(Ask(0xab), 0x00);
}

TEST_F(Controller, NoPasswordIsInstalled) { EXPECT_EQ(Ask(0xa4), 0xf1); }

TEST_F(Controller, InputPortShowsJumpersAndIdleLines) { EXPECT_EQ(Ask(0xc0), 0xb3); }

TEST_F(Controller, TestInputsShowTheClocksThatAreNotHeldLow) {  // E0
  EXPECT_EQ(Ask(0xe0), 0x00);
  Command(0xae);
  EXPECT_EQ(Ask(0xe0), 0x01);
  Command(0xa8);
  EXPECT_EQ(Ask(0xe0), 0x03);
}

TEST_F(Controller, UnknownCommandsDoNothing) {
  for (const unsigned command :
       {0x00u, 0x1fu, 0x40u, 0x5fu, 0x80u, 0xa5u, 0xacu, 0xc1u, 0xd5u, 0xdeu, 0xefu}) {
    Command(command);
    EXPECT_EQ(status(), kInh | kA2) << command;
  }
  EXPECT_EQ(Ask(0xd0), 0xcf);
}

// --- Output port ----------------------------------------------------------------------------------

TEST_F(Controller, OutputPortDrivesA20AndReset) {  // D1
  Command(0xd1, 0xdd);
  EXPECT_FALSE(chip_.A20());
  EXPECT_FALSE(chip_.ResetLine());
  Command(0xd1, 0xdf);
  EXPECT_TRUE(chip_.A20());
  Command(0xd1, 0xde);
  EXPECT_TRUE(chip_.ResetLine());
  EXPECT_FALSE(chip_.TakeResetPulse());  // a level, and no pulse
  Command(0xd1, 0xdf);
  EXPECT_FALSE(chip_.ResetLine());
}

TEST_F(Controller, A20HasCommandsOfItsOwn) {  // DD, DF
  Command(0xdd);
  EXPECT_FALSE(chip_.A20());
  EXPECT_EQ(Ask(0xd0), 0xcd);
  Command(0xdf);
  EXPECT_TRUE(chip_.A20());
  EXPECT_EQ(Ask(0xd0), 0xcf);
}

TEST_F(Controller, OutputPortShowsTheInterruptsAndNotWhatWasWrittenThere) {  // D0
  Command(0xd1, 0xff);
  EXPECT_EQ(Ask(0xd0), 0xcf);
  Command(0x60, 0x03);
  Command(0xd2, 0x00);
  Command(0xd0);  // read while a byte waits
  EXPECT_EQ(Take(), 0xdf);
  Command(0xd3, 0x00);
  EXPECT_EQ(Ask(0xd0), 0xef);
}

TEST_F(Controller, PulseOfBit0IsAReset) {  // F0 to FF
  for (unsigned command = 0xf0; command <= 0xff; ++command) {
    Command(command);
    EXPECT_EQ(chip_.TakeResetPulse(), command % 2 == 0) << command;
    EXPECT_FALSE(chip_.TakeResetPulse()) << command;
    EXPECT_FALSE(chip_.ResetLine()) << command;
    EXPECT_TRUE(chip_.A20()) << command;
  }
}

// --- Devices that are not there -------------------------------------------------------------------

TEST_F(Controller, ByteForNoKeyboardTimesOut) {  // AT, "Sending data to the keyboard"
  for (const unsigned byte : {0xffu, 0xf2u, 0xedu, 0xf4u, 0x00u}) {
    Data(byte);
    EXPECT_EQ(status(), kInh | kTimeout | kObf) << byte;
    EXPECT_EQ(Take(), 0xfe) << byte;
    EXPECT_EQ(status(), kInh) << byte;
  }
}

TEST_F(Controller, ByteForNoMouseTimesOut) {  // D4
  Command(0xd4, 0xff);
  EXPECT_EQ(status(), kInh | kTimeout | kAux | kObf);
  EXPECT_EQ(Take(), 0xfe);
  Data(0xf2);  // one byte a command: this is the keyboard's
  EXPECT_EQ(status(), kInh | kTimeout | kObf);
}

TEST_F(Controller, TimeoutIsOfItsByteAlone) {
  Data(0xff);
  Command(0xaa);
  EXPECT_EQ(status() & kTimeout, 0);
}

TEST_F(Controller, SendingEnablesTheKeyboardsInterfaceAlone) {
  Data(0xff);
  Take();
  EXPECT_EQ(Ask(0x20), 0x20);
  Command(0xd4, 0xff);
  Take();
  EXPECT_EQ(Ask(0x20), 0x20);
}

// --- Interrupts -----------------------------------------------------------------------------------

TEST_F(Controller, InterruptsFollowTheBufferAndTheCommandByte) {
  for (unsigned enables = 0; enables < 4; ++enables) {
    Command(0x60, enables);
    Command(0xd2, 0x01);
    EXPECT_EQ(chip_.KeyboardInterrupt(), (enables & 1) != 0) << enables;
    EXPECT_FALSE(chip_.AuxInterrupt()) << enables;
    Command(0xd3, 0x02);
    EXPECT_FALSE(chip_.KeyboardInterrupt()) << enables;
    EXPECT_EQ(chip_.AuxInterrupt(), (enables & 2) != 0) << enables;
    Take();
    EXPECT_FALSE(chip_.AuxInterrupt()) << enables;
  }
}

TEST_F(Controller, ByteThatWaitsInterruptsWhenThatIsEnabled) {
  Command(0xd2, 0x01);
  EXPECT_FALSE(chip_.KeyboardInterrupt());
  Command(0x60, 0x01);
  EXPECT_TRUE(chip_.KeyboardInterrupt());
}

TEST_F(Controller, AnswersOfTheControllerInterruptAsTheKeyboards) {
  Command(0x60, 0x03);
  Command(0xaa);
  EXPECT_TRUE(chip_.KeyboardInterrupt());
  EXPECT_FALSE(chip_.AuxInterrupt());
}

// --- Guests ---------------------------------------------------------------------------------------

// What Linux and the BSDs ask before they believe in a mouse's port: an echo that is marked as the
// mouse's, and a bit that follows its commands.
TEST_F(Controller, AuxiliaryPortIsFound) {
  Command(0xd3, 0xa5);
  EXPECT_EQ(status() & (kAux | kObf), kAux | kObf);
  EXPECT_EQ(Take(), 0xa5);
  Command(0xa7);
  EXPECT_EQ(Ask(0x20) & 0x20, 0x20);
  Command(0xa8);
  EXPECT_EQ(Ask(0x20) & 0x20, 0x00);
}

// A controller with four mouse ports would change the last of these echoes: this is none.
TEST_F(Controller, MultiplexerIsNotFound) {
  for (const unsigned byte : {0xf0u, 0x56u, 0xa4u}) {
    Command(0xd3, byte);
    EXPECT_EQ(Take(), byte);
  }
}

TEST_F(Controller, AnyOperationIsSafeAndAtMostOneByteWaits) {
  std::mt19937 random(8042);
  for (int i = 0; i < 200'000; ++i) {
    const uint64_t offset = random() % 6;
    switch (random() % 4) {
      case 0:
      case 1:
        chip_.Write(offset, static_cast<uint8_t>(random()));
        break;
      case 2:
        chip_.Read(offset);
        break;
      default:
        chip_.TakeResetPulse();
    }
    EXPECT_FALSE(chip_.KeyboardInterrupt() && chip_.AuxInterrupt());
    const uint8_t before = chip_.Peek(kStatus);
    EXPECT_EQ(before & 0x92, kInh);
    if (chip_.KeyboardInterrupt() || chip_.AuxInterrupt()) {
      EXPECT_EQ(before & kObf, kObf);
    }
    if (random() % 4 == 0) {
      chip_.Read(kData);
      EXPECT_EQ(status() & (kObf | kAux | kTimeout), 0);
      EXPECT_FALSE(chip_.KeyboardInterrupt() || chip_.AuxInterrupt());
    }
  }
}

}  // namespace
}  // namespace i8042
