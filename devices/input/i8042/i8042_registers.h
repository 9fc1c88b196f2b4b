// SPDX-License-Identifier: MIT
// The registers of the PC's keyboard controller: an Intel 8042 with IBM's firmware. After IBM's PC AT
// Technical Reference (1986), "Keyboard Controller" (below: AT), and PS/2 Hardware Interface Technical
// Reference, "Keyboard and Auxiliary Device Controller" (below: PS/2), which adds the mouse. Each is one
// byte. Fields from the high bit down.
#ifndef I8042_REGISTERS_H_
#define I8042_REGISTERS_H_

#include <cstdint>

#include "cardcage/bits.h"

namespace i8042 {

// Ports, from 0x60.
inline constexpr uint64_t kData = 0;     // rw  the output buffer; data for a command or a device
inline constexpr uint64_t kStatus = 4;   // r-  reset 0x10
inline constexpr uint64_t kCommand = 4;  // -w
inline constexpr uint64_t kSize = 5;

// Status (PS/2).
struct Status : cardcage::Bits<Status, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kParity{7};       // of the byte from a device
  static constexpr Bit kTimeout{6};      // a device did not take a byte, or did not answer
  static constexpr Bit kAuxFull{5};      // the output buffer's byte is the auxiliary device's
  static constexpr Bit kUninhibited{4};  // INH: 0 while the keyboard lock is turned
  static constexpr Bit kCommand{3};      // A2: the last write was to kCommand, not kData
  static constexpr Bit kSystem{2};       // SYS: the self-test has passed
  static constexpr Bit kInputFull{1};    // IBF: the controller has not taken the last write
  static constexpr Bit kOutputFull{0};   // OBF: a byte waits in kData
};

// The command byte, which is byte 0 of the controller's RAM; reset 0x30.
struct CommandByte : cardcage::Bits<CommandByte, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kTranslate{6};   // of the keyboard's codes into those of the PC's
  static constexpr Bit kDisableAux{5};  // holds its clock low
  static constexpr Bit kDisableKeyboard{4};
  static constexpr Bit kIgnoreLock{3};  // AT
  static constexpr Bit kSystem{2};      // as Status has it
  static constexpr Bit kAuxInterrupt{1};
  static constexpr Bit kKeyboardInterrupt{0};
};

// The output port's pins; reset 0xcf, as the 8042's ports are high after reset.
struct OutputPort : cardcage::Bits<OutputPort, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kKeyboardData{7};
  static constexpr Bit kKeyboardClock{6};
  static constexpr Bit kAuxInterrupt{5};       // IRQ 12
  static constexpr Bit kKeyboardInterrupt{4};  // IRQ 1
  static constexpr Bit kAuxClock{3};
  static constexpr Bit kAuxData{2};
  static constexpr Bit kA20{1};
  static constexpr Bit kNotReset{0};  // 0 holds the machine in reset
};

// The input port's pins.
struct InputPort : cardcage::Bits<InputPort, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kUnlocked{7};         // keyboard lock
  static constexpr Bit kMonochrome{6};       // display, by a jumper
  static constexpr Bit kNoManufacturing{5};  // jumper
  static constexpr Bit kRam{4};              // AT: 256 KB of it on the board, by a jumper
  static constexpr Bit kAuxData{1};          // PS/2
  static constexpr Bit kKeyboardData{0};
};

// What E0 answers: the lines that lead to the 8042's test pins.
struct TestInputs : cardcage::Bits<TestInputs, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kAuxClock{1};
  static constexpr Bit kKeyboardClock{0};
};

// What kCommand takes. Those with "data" take the next byte written to kData.
enum class Command : uint8_t {
  kReadRam = 0x20,       // to 0x3f, by its low five bits
  kWriteRam = 0x60,      // to 0x7f; data
  kTestPassword = 0xa4,  // PS/2; answers kNoPassword
  kDisableAux = 0xa7,    // PS/2
  kEnableAux = 0xa8,     // PS/2
  kTestAux = 0xa9,       // PS/2; answers kInterfaceGood
  kSelfTest = 0xaa,      // answers kSelfTestPassed
  kTestKeyboard = 0xab,  // answers kInterfaceGood
  kDisableKeyboard = 0xad,
  kEnableKeyboard = 0xae,
  kReadInputPort = 0xc0,
  kReadOutputPort = 0xd0,
  kWriteOutputPort = 0xd1,  // data
  kLoopKeyboard = 0xd2,     // PS/2; data comes back as the keyboard's
  kLoopAux = 0xd3,          // PS/2; data comes back as the auxiliary device's
  kWriteAux = 0xd4,         // PS/2; data
  kA20Off = 0xdd,           // of later controllers
  kA20On = 0xdf,
  kReadTestInputs = 0xe0,
  kPulse = 0xf0,  // to 0xff: output pins 3 to 0 go low for 6 us where a bit is 0
};

// Answers.
inline constexpr uint8_t kNoPassword = 0xf1;
inline constexpr uint8_t kInterfaceGood = 0x00;
inline constexpr uint8_t kSelfTestPassed = 0x55;
inline constexpr uint8_t kResend = 0xfe;

}  // namespace i8042

#endif  // I8042_REGISTERS_H_
