// SPDX-License-Identifier: MIT
// The registers of the NS16550A UART, after National Semiconductor's PC16550D data sheet (June 1995),
// section 8. Each is one byte. Fields from the high bit down.
#ifndef NS16550A_REGISTERS_H_
#define NS16550A_REGISTERS_H_

#include <cstdint>

#include "cardcage/bits.h"

namespace ns16550a {

// Offsets. Where two stand for one, the access or LCR's DLAB selects.
inline constexpr uint64_t kRbr = 0;  // r-  receiver buffer
inline constexpr uint64_t kThr = 0;  // -w  transmitter holding
inline constexpr uint64_t kDll = 0;  // rw  divisor latch, low byte; with DLAB
inline constexpr uint64_t kIer = 1;  // rw  interrupt enable; reset 0x00
inline constexpr uint64_t kDlm = 1;  // rw  divisor latch, high byte; with DLAB
inline constexpr uint64_t kIir = 2;  // r-  interrupt identification; reset 0x01
inline constexpr uint64_t kFcr = 2;  // -w  FIFO control; reset 0x00
inline constexpr uint64_t kLcr = 3;  // rw  line control; reset 0x00
inline constexpr uint64_t kMcr = 4;  // rw  modem control; reset 0x00
inline constexpr uint64_t kLsr = 5;  // r-  line status; reset 0x60
inline constexpr uint64_t kMsr = 6;  // r-  modem status; low half reset 0, high half the inputs
inline constexpr uint64_t kScr = 7;  // rw  scratch; not changed by reset in the chip
inline constexpr uint64_t kSize = 8;

// Interrupt enable (8.8).
struct Ier : cardcage::Bits<Ier, uint8_t> {
  using Bits::Bits;
  static constexpr Field kEnables{3, 0};
};

// Interrupt identification (8.7).
struct Iir : cardcage::Bits<Iir, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kNonePending{0};
};

// Line control (8.1).
struct Lcr : cardcage::Bits<Lcr, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kDivisorLatchAccess{7};
};

// Modem control (8.9).
struct Mcr : cardcage::Bits<Mcr, uint8_t> {
  using Bits::Bits;
  static constexpr Field kImplemented{4, 0};  // the bits above read 0
};

// Line status (8.5).
struct Lsr : cardcage::Bits<Lsr, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kTransmitterEmpty{6};
  static constexpr Bit kHoldingEmpty{5};
  static constexpr Bit kDataReady{0};
};

// Modem status (8.10).
struct Msr : cardcage::Bits<Msr, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kCarrierDetect{7};
  static constexpr Bit kDataSetReady{5};
  static constexpr Bit kClearToSend{4};
};

}  // namespace ns16550a

#endif  // NS16550A_REGISTERS_H_
