// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_REGISTERS_H_
#define CARDCAGE_FRAMEWORK_ENGINE_REGISTERS_H_

#include <cstdint>
#include <string>

namespace cardcage {

// A segment register of x86-64, its hidden part included.
struct Segment {
  uint16_t selector = 0;
  uint64_t base = 0;
  uint32_t limit = 0xffff;  // in bytes, granularity applied
  uint8_t type = 3;         // of the descriptor: 3 is data, read and write, accessed
  bool present = true;
  uint8_t privilege = 0;     // DPL
  bool default_32 = false;   // D/B
  bool code_or_data = true;  // S
  bool long_mode = false;    // L
  bool granularity = false;  // G
  friend bool operator==(const Segment&, const Segment&) = default;
};

// GDTR or IDTR.
struct DescriptorTable {
  uint64_t base = 0;
  uint16_t limit = 0xffff;
  friend bool operator==(const DescriptorTable&, const DescriptorTable&) = default;
};

// The registers of an x86-64 CPU that a machine file may set and a fault report shows. The defaults
// are the state after reset (Intel SDM, vol. 3, 10.1.1), but with CS base and selector 0.
struct CpuRegisters {
  uint64_t rax = 0, rbx = 0, rcx = 0, rdx = 0;
  uint64_t rsi = 0, rdi = 0, rsp = 0, rbp = 0;
  uint64_t r8 = 0, r9 = 0, r10 = 0, r11 = 0;
  uint64_t r12 = 0, r13 = 0, r14 = 0, r15 = 0;
  uint64_t rip = 0xfff0;
  uint64_t rflags = 2;  // bit 1 is always 1
  Segment cs{.type = 11};
  Segment ds, es, fs, gs, ss;
  DescriptorTable gdt, idt;
  uint64_t cr0 = 0x60000010;  // CD, NW, ET
  uint64_t cr2 = 0, cr3 = 0, cr4 = 0;
  uint64_t efer = 0;
  friend bool operator==(const CpuRegisters&, const CpuRegisters&) = default;

  static constexpr uint64_t kRflagsInterrupts = 1u << 9;  // IF
  static constexpr uint64_t kCr0Protected = 1u << 0;      // PE
  static constexpr uint64_t kCr0Paging = 1u << 31;        // PG
  static constexpr uint64_t kCr4Pae = 1u << 5;
  static constexpr uint64_t kEferLongEnable = 1u << 8;   // LME
  static constexpr uint64_t kEferLongActive = 1u << 10;  // LMA

  // How wide the code at rip is: 16, 32 or 64 bits.
  int CodeBits() const;
  // The linear address of the next instruction.
  uint64_t InstructionAddress() const;
  // Whether this is what the CPU has after reset and INIT, real CS base included.
  bool IsResetState() const;
};

// All of them, a few to a line, as a fault report shows them.
std::string Format(const CpuRegisters& registers);

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_ENGINE_REGISTERS_H_
