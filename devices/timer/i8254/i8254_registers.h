// SPDX-License-Identifier: MIT
// The registers of the 8254 interval timer, after Intel's 8254 data sheet (order number 231164,
// September 1993); titles in brackets are its sections. Each is one byte. Fields from the high bit down.
// Port 0x61 belongs to the chipset: Intel 82371AB (PIIX4) data sheet, register NMISC.
#ifndef I8254_REGISTERS_H_
#define I8254_REGISTERS_H_

#include <cstdint>

#include "cardcage/bits.h"

namespace i8254 {

inline constexpr unsigned kCounters = 3;

// Offsets.
inline constexpr uint64_t kCounter0 = 0;  // rw  count, or what is latched of counter 0
inline constexpr uint64_t kCounter1 = 1;  // rw  ... of counter 1
inline constexpr uint64_t kCounter2 = 2;  // rw  ... of counter 2
inline constexpr uint64_t kControl = 3;   // -w  control word, counter latch and read-back commands
inline constexpr uint64_t kSize = 4;

// Control word [Programming the 8254]. Where RW is 0 it is a counter latch command, where SC is 3 a
// read-back command.
struct Control : cardcage::Bits<Control, uint8_t> {
  using Bits::Bits;
  static constexpr Field kCounter{7, 6};    // SC
  static constexpr Field kReadWrite{5, 4};  // RW
  static constexpr Field kMode{3, 1};       // M; 6 and 7 are 2 and 3
  static constexpr Bit kBcd{0};             // four decades instead of 16 bits
  static constexpr Field kProgrammed{5, 0};
};
inline constexpr uint8_t kReadBackCounter = 3;  // Control::kCounter

// Which bytes of a count are written and read [figure 7].
enum class ReadWrite : uint8_t { kLatch = 0, kLow = 1, kHigh = 2, kLowThenHigh = 3 };

// Operating modes [Mode Definitions].
enum class Mode : uint8_t {
  kTerminalCount = 0,      // interrupt on terminal count
  kOneShot = 1,            // hardware retriggerable one-shot
  kRate = 2,               // rate generator
  kSquare = 3,             // square wave
  kSoftwareTriggered = 4,  // strobe
  kHardwareTriggered = 5,  // strobe
};

// Read-back command [Read-Back Command]. The first two are low-active.
struct ReadBack : cardcage::Bits<ReadBack, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kNoCount{5};
  static constexpr Bit kNoStatus{4};
  static constexpr Field kCounters{3, 1};  // a bit each
};

// Status byte, as the read-back command latches it [figure 11].
struct Status : cardcage::Bits<Status, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kOutput{7};
  static constexpr Bit kNullCount{6};        // what was written is not in the counter yet
  static constexpr Field kProgrammed{5, 0};  // as the control word had it
};

// Port 0x61 of a PC; reset 0x00, but for what shows inputs.
struct SystemControl : cardcage::Bits<SystemControl, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kOutput2{5};            // r-  OUT of counter 2
  static constexpr Bit kRefresh{4};            // r-  changes with each refresh of the memory
  static constexpr Field kWritable{3, 0};      // rw
  static constexpr Field kErrorEnables{3, 2};  // rw  of SERR# and IOCHK#, which never come
  static constexpr Bit kSpeaker{1};            // rw  lets OUT of counter 2 to the speaker
  static constexpr Bit kGate2{0};              // rw  GATE of counter 2
};

}  // namespace i8254

#endif  // I8254_REGISTERS_H_
