// SPDX-License-Identifier: MIT
// The registers of the NS16550A UART, after National Semiconductor's PC16550D data sheet (June 1995),
// section 8; what the 16750 adds after Texas Instruments' TL16C750 data sheet. Each is one byte. Fields
// from the high bit down.
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
  static constexpr Field kEnables{3, 0};  // the bits above read 0
  static constexpr Bit kModemStatus{3};   // EDSSI
  static constexpr Bit kLineStatus{2};    // ELSI
  static constexpr Bit kTransmitter{1};   // ETBEI
  static constexpr Bit kReceived{0};      // ERBFI
};

// Interrupt identification (8.6): what is pending and enabled, the most urgent alone.
struct Iir : cardcage::Bits<Iir, uint8_t> {
  using Bits::Bits;
  static constexpr Field kFifosEnabled{7, 6, "FIFOS", "3 while they are on"};
  static constexpr Bit kFifo64{5, "FIFO64", "16750: its FIFOs are 64 deep"};
  static constexpr Field kCause{3, 0, "ID", "of the most urgent interrupt; 1: none"};
  static constexpr Field kFields[] = {kFifosEnabled, kFifo64, kCause};
};
enum class Cause : uint8_t {
  kLineStatus = 0x6,
  kReceived = 0x4,
  kTimeout = 0xc,
  kTransmitter = 0x2,
  kModemStatus = 0x0,
  kNone = 0x1,
};

// FIFO control (8.4). What is not for the enable bit counts only where that is written 1.
struct Fcr : cardcage::Bits<Fcr, uint8_t> {
  using Bits::Bits;
  static constexpr Field kTrigger{7, 6, "TRIGGER", "bytes received for an interrupt: 1, 4, 8, 14"};
  static constexpr Bit kFifo64{5, "FIFO64", "16750; taken only while DLAB is 1"};
  static constexpr Bit kClearTransmitter{2, "XFIFOR", "clears the transmitter's FIFO"};
  static constexpr Bit kClearReceiver{1, "RFIFOR", "clears the receiver's FIFO"};
  static constexpr Bit kEnable{0, "FIFOE"};
  static constexpr Field kFields[] = {kTrigger, kFifo64, kClearTransmitter, kClearReceiver,
                                      kEnable};
};

// Line control (8.1).
struct Lcr : cardcage::Bits<Lcr, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kDivisorLatchAccess{7, "DLAB"};
  static constexpr Bit kParity{3, "PEN"};
  static constexpr Bit kTwoStopBits{2, "STB"};
  static constexpr Field kWordLength{1, 0, "WLS", "5 bits and more"};
  static constexpr Field kFields[] = {kDivisorLatchAccess, kParity, kTwoStopBits, kWordLength};
};

// Modem control (8.7).
struct Mcr : cardcage::Bits<Mcr, uint8_t> {
  using Bits::Bits;
  static constexpr Field kImplemented{4, 0};  // the bits above read 0, but for the 16750's
  static constexpr Bit kAutoflow{5, "AFE", "16750"};
  static constexpr Bit kLoopback{4, "LOOP"};
  static constexpr Bit kOut2{3, "OUT2"};
  static constexpr Bit kOut1{2, "OUT1"};
  static constexpr Bit kRts{1, "RTS"};
  static constexpr Bit kDtr{0, "DTR"};
  static constexpr Field kFields[] = {kAutoflow, kLoopback, kOut2, kOut1, kRts, kDtr};
};

// Line status (8.5).
struct Lsr : cardcage::Bits<Lsr, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kErrorInFifo{7, "ERF", "a byte in the FIFO has an error"};
  static constexpr Bit kTransmitterEmpty{6, "TEMT"};
  static constexpr Bit kHoldingEmpty{5, "THRE"};
  static constexpr Bit kBreak{4, "BI"};
  static constexpr Bit kFraming{3, "FE"};
  static constexpr Bit kParity{2, "PE"};
  static constexpr Bit kOverrun{1, "OE"};
  static constexpr Bit kDataReady{0, "DR"};
  static constexpr Field kFields[] = {kErrorInFifo, kTransmitterEmpty, kHoldingEmpty, kBreak,
                                      kFraming,     kParity,           kOverrun,      kDataReady};
  static constexpr Field kByteErrors{4, 2};  // those that belong to a byte
  static constexpr Field kErrors{4, 1};
};

// Modem status (8.8).
struct Msr : cardcage::Bits<Msr, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kCarrierDetect{7, "DCD"};
  static constexpr Bit kRing{6, "RI"};
  static constexpr Bit kDataSetReady{5, "DSR"};
  static constexpr Bit kClearToSend{4, "CTS"};
  static constexpr Bit kDeltaCarrierDetect{3, "DDCD"};
  static constexpr Bit kTrailingRing{2, "TERI"};
  static constexpr Bit kDeltaDataSetReady{1, "DDSR"};
  static constexpr Bit kDeltaClearToSend{0, "DCTS"};
  static constexpr Field kFields[] = {
      kCarrierDetect,      kRing,         kDataSetReady,      kClearToSend,
      kDeltaCarrierDetect, kTrailingRing, kDeltaDataSetReady, kDeltaClearToSend};
  static constexpr Field kInputs{7, 4};
  static constexpr Field kDeltas{3, 0};
};

}  // namespace ns16550a

#endif  // NS16550A_REGISTERS_H_
