// SPDX-License-Identifier: MIT
// The registers of the 8259A interrupt controller, after Intel's 8259A data sheet (order number 231468,
// December 1988); titles in brackets are its sections. Each is one byte. Fields from the high bit down.
// The edge/level registers belong to the chipset and not to the 8259A: Intel 82371AB (PIIX4) data sheet,
// registers ELCR1 and ELCR2.
#ifndef I8259_REGISTERS_H_
#define I8259_REGISTERS_H_

#include <cstdint>

#include "cardcage/bits.h"

namespace i8259 {

// Offsets: the pin A0. What a write means is told by its bits 4 and 3, and by its place behind ICW1.
inline constexpr uint64_t kCommand = 0;  // -w  ICW1, OCW2, OCW3
inline constexpr uint64_t kStatus = 0;   // r-  IRR (reset 0x00), ISR (reset 0x00), or the poll word
inline constexpr uint64_t kData = 1;     // -w  ICW2, ICW3, ICW4; then OCW1
inline constexpr uint64_t kMask = 1;     // rw  OCW1: IMR; reset 0x00
inline constexpr uint64_t kSize = 2;

inline constexpr unsigned kLines = 8;

// Which inputs can be level-triggered on a PC. The others, which lead to the timer, keyboard, cascade,
// clock and coprocessor, are always edge-triggered.
inline constexpr uint8_t kMasterElcrMask = 0xf8;  // port 0x4d0
inline constexpr uint8_t kSlaveElcrMask = 0xde;   // port 0x4d1

// A write at kCommand, before it is known which it is.
struct Command : cardcage::Bits<Command, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kIsIcw1{4};
  static constexpr Bit kIsOcw3{3};  // else OCW2
};

// Initialization command word 1 [ICW1, ICW2].
struct Icw1 : cardcage::Bits<Icw1, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kLevelTriggered{3};  // LTIM: all inputs
  static constexpr Bit kSingle{1};          // SNGL: no cascade, and no ICW3
  static constexpr Bit kNeedsIcw4{0};       // IC4
};

// Initialization command word 2 [ICW1, ICW2]: the vector of input 0. The low bits are an address's in
// MCS-80 mode.
struct Icw2 : cardcage::Bits<Icw2, uint8_t> {
  using Bits::Bits;
  static constexpr Field kVector{7, 3};
};

// Initialization command word 3 [ICW3]: of a master a bit for each input that has a slave, of a slave
// which input that is.
struct Icw3 : cardcage::Bits<Icw3, uint8_t> {
  using Bits::Bits;
  static constexpr Field kSlaves{7, 0};
  static constexpr Field kId{2, 0};
};

// Initialization command word 4 [ICW4].
struct Icw4 : cardcage::Bits<Icw4, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kSpecialFullyNested{4};  // SFNM
  static constexpr Bit kBuffered{3};            // BUF
  static constexpr Bit kBufferedMaster{2};      // M/S
  static constexpr Bit kAutomaticEoi{1};        // AEOI
  static constexpr Bit k8086{0};                // uPM; 0 is MCS-80 mode
};

// Operation control word 2 [OCW2]: end of interrupt, and rotation of priorities.
struct Ocw2 : cardcage::Bits<Ocw2, uint8_t> {
  using Bits::Bits;
  static constexpr Field kCommand{7, 5};  // R, SL, EOI
  static constexpr Field kLevel{2, 0};
};
enum class Ocw2Command : uint8_t {
  kClearRotateInAutomaticEoi = 0,
  kNonspecificEoi = 1,
  kNoOperation = 2,
  kSpecificEoi = 3,
  kSetRotateInAutomaticEoi = 4,
  kRotateOnNonspecificEoi = 5,
  kSetPriority = 6,
  kRotateOnSpecificEoi = 7,
};

// Operation control word 3 [OCW3].
struct Ocw3 : cardcage::Bits<Ocw3, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kEnableSpecialMask{6};  // ESMM: bit 5 counts
  static constexpr Bit kSpecialMask{5};        // SMM
  static constexpr Bit kPoll{2};               // P
  static constexpr Bit kReadRegister{1};       // RR: bit 0 counts
  static constexpr Bit kReadIsr{0};            // RIS: ISR, else IRR
};

// What is read behind a poll command [Poll Command].
struct PollWord : cardcage::Bits<PollWord, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kInterrupt{7};
  static constexpr Field kLevel{2, 0};
};

}  // namespace i8259

#endif  // I8259_REGISTERS_H_
