// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_SOFT_X86_64_PAGING_H_
#define CARDCAGE_FRAMEWORK_ENGINE_SOFT_X86_64_PAGING_H_

#include <cstdint>

#include "framework/engine/registers.h"

namespace cardcage::x86_64 {

// Guest memory as the CPU's own mechanisms see it: page tables, descriptors, stack frames. One thread.
class PhysicalMemory {
 public:
  virtual ~PhysicalMemory() = default;
  // Little-endian, `size` from 1 to 8 bytes. Where there is no memory: all ones, and a write vanishes.
  virtual uint64_t Read(uint64_t address, unsigned size) = 0;
  virtual void Write(uint64_t address, unsigned size, uint64_t value) = 0;
};

// An access that is translated. Without `mark` it is a look from outside, which leaves the tables'
// accessed and dirty bits as they are.
struct PageAccess {
  bool write = false;
  bool user = false;
  bool fetch = false;
  bool mark = false;
};

struct Translation {
  bool ok = false;
  uint64_t physical = 0;
  uint32_t error_code = 0;  // of the page fault, where it is not ok
};

// Where a linear address lies, by the page tables that CR0, CR3, CR4 and EFER lead to: none, 32-bit,
// PAE and 4-level paging (Intel SDM, vol. 3, 4.2 to 4.5). Protection keys, SMEP and SMAP are not
// modelled: the soft CPU has none of them.
Translation Translate(const CpuRegisters& registers, PhysicalMemory& memory, uint64_t linear,
                      PageAccess access);

// Whether bits 63 to 47 are the same, as an address must be in 64-bit mode (SDM, vol. 1, 3.3.7.1).
constexpr bool IsCanonical(uint64_t address) {
  return static_cast<uint64_t>(static_cast<int64_t>(address << 16) >> 16) == address;
}

}  // namespace cardcage::x86_64

#endif  // CARDCAGE_FRAMEWORK_ENGINE_SOFT_X86_64_PAGING_H_
