// SPDX-License-Identifier: MIT
// The registers of the MC146818A real-time clock, after Motorola's data sheet (MC146818A, 1984; section
// names in quotes), and the PC's two ports and CMOS layout around it (IBM PC AT Technical Reference,
// 1984). Each is one byte. Fields from the high bit down.
#ifndef MC146818_REGISTERS_H_
#define MC146818_REGISTERS_H_

#include <cstdint>

#include "cardcage/bits.h"

namespace mc146818 {

// The PC's ports, from 0x70.
inline constexpr uint64_t kIndex = 0;  // -w  which byte kData is; reads 0xff
inline constexpr uint64_t kData = 1;   // rw
inline constexpr uint64_t kSize = 2;

// What kIndex takes.
struct Index : cardcage::Bits<Index, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kNmiMask{7};  // of the board, not the chip: 1 holds NMI back
  static constexpr Field kByte{6, 0};
};

// Bytes behind kData. The calendar is in BCD or binary by B's DM, hours by B's 24/12. Reset leaves all
// but what registers B and C tell of themselves.
inline constexpr uint8_t kSeconds = 0x00;       // rw  0 to 59
inline constexpr uint8_t kSecondsAlarm = 0x01;  // rw  as kSeconds, or kDontCare and above
inline constexpr uint8_t kMinutes = 0x02;       // rw  0 to 59
inline constexpr uint8_t kMinutesAlarm = 0x03;  // rw
inline constexpr uint8_t kHours = 0x04;         // rw  0 to 23, or 1 to 12 with kPm
inline constexpr uint8_t kHoursAlarm = 0x05;    // rw
inline constexpr uint8_t kWeekday = 0x06;       // rw  1 to 7, Sunday is 1
inline constexpr uint8_t kDay = 0x07;           // rw  1 to 31
inline constexpr uint8_t kMonth = 0x08;         // rw  1 to 12
inline constexpr uint8_t kYear = 0x09;          // rw  0 to 99
inline constexpr uint8_t kA = 0x0a;             // rw
inline constexpr uint8_t kB = 0x0b;             // rw
inline constexpr uint8_t kC = 0x0c;             // r-  reset 0x00
inline constexpr uint8_t kD = 0x0d;             // r-
inline constexpr uint8_t kRam = 0x0e;           // rw  and above: RAM that a battery keeps
inline constexpr uint8_t kCentury = 0x32;       // rw  RAM to the chip: the PC's century, in BCD
inline constexpr unsigned kBytes = 128;

inline constexpr uint8_t kPm = 0x80;        // in an hour of the 12-hour form
inline constexpr uint8_t kDontCare = 0xc0;  // the two top bits of an alarm byte: matches always

// Register A ("Register A ($0A)").
struct A : cardcage::Bits<A, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kUpdateInProgress{7};   // UIP, r-
  static constexpr Field kDivider{6, 4};       // DV2 to DV0
  static constexpr Field kDividerReset{6, 5};  // both 1: the divider is held in reset
  static constexpr Field kRate{3, 0};          // RS3 to RS0
};

// Register B. Reset clears PIE, AIE, UIE and SQWE.
struct B : cardcage::Bits<B, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kSet{7};             // 1 holds updates back
  static constexpr Bit kPeriodicEnable{6};  // PIE
  static constexpr Bit kAlarmEnable{5};     // AIE
  static constexpr Bit kUpdateEnable{4};    // UIE
  static constexpr Field kEnables{6, 4};    // in C's order
  static constexpr Bit kSquareWave{3};      // SQWE
  static constexpr Bit kBinary{2};          // DM
  static constexpr Bit k24Hours{1};         // 24/12
  static constexpr Bit kDaylightSaving{0};  // DSE
};

// Register C. Reading clears it.
struct C : cardcage::Bits<C, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kRequest{7};   // IRQF: a flag below is set and enabled
  static constexpr Bit kPeriodic{6};  // PF
  static constexpr Bit kAlarm{5};     // AF
  static constexpr Bit kUpdate{4};    // UF
  static constexpr Field kFlags{6, 4};
};

// Register D.
struct D : cardcage::Bits<D, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kValid{7};  // VRT: the battery kept time and RAM
};

}  // namespace mc146818

#endif  // MC146818_REGISTERS_H_
