// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_SOFT_X86_64_INTERRUPTS_H_
#define CARDCAGE_FRAMEWORK_ENGINE_SOFT_X86_64_INTERRUPTS_H_

#include <cstdint>
#include <optional>

#include "framework/engine/registers.h"
#include "framework/engine/soft/x86_64/paging.h"

namespace cardcage::x86_64 {

// What delivery reads and changes of a CPU.
struct CpuState {
  CpuRegisters registers;
  Segment ldt, tr;
  uint8_t privilege = 0;  // CPL
};

// Vectors that delivery itself may raise (SDM, vol. 3, table 6-1).
inline constexpr uint8_t kInvalidOpcode = 6;
inline constexpr uint8_t kDoubleFault = 8;
inline constexpr uint8_t kInvalidTss = 10;
inline constexpr uint8_t kSegmentNotPresent = 11;
inline constexpr uint8_t kStackFault = 12;
inline constexpr uint8_t kGeneralProtection = 13;
inline constexpr uint8_t kPageFault = 14;

// An interrupt or exception that the CPU shall take.
struct Event {
  enum class Kind {
    kException,  // the CPU's own
    kSoftware,   // INT n, INT3, INTO
    kHardware,   // from an interrupt controller
  };
  Kind kind = Kind::kException;
  uint8_t vector = 0;
  uint32_t error_code = 0;  // for the vectors that have one
  uint64_t return_rip = 0;  // what the handler returns to
  uint64_t fault_rip = 0;   // the instruction, for a fault that delivery meets
};

enum class Delivery {
  kDone,      // the state is the handler's first instruction's
  kShutdown,  // a fault while the double fault was delivered; the state is as it was
  kTaskGate,  // the gate switches tasks, which is not modelled; the state is as it was
};

// Takes an event by the vector table of real mode or the gates of protected and 64-bit mode: checks,
// stack switch, frame, new CS (SDM, vol. 3, 6.12 and 6.14; vol. 2, INT n). A fault met on the way is
// delivered instead, as double fault where SDM, vol. 3, table 6-5 says so.
Delivery Deliver(CpuState& state, PhysicalMemory& memory, Event event);

// Whether the CPU pushes an error code for it (outside real mode).
bool HasErrorCode(uint8_t vector);

}  // namespace cardcage::x86_64

#endif  // CARDCAGE_FRAMEWORK_ENGINE_SOFT_X86_64_INTERRUPTS_H_
