// SPDX-License-Identifier: MIT
#include "framework/engine/soft/x86_64/paging.h"

namespace cardcage::x86_64 {
namespace {

// Bits of an entry, the same at all levels and in all modes (SDM, vol. 3, tables 4-5 to 4-20).
constexpr uint64_t kPresent = 1u << 0;
constexpr uint64_t kWritable = 1u << 1;
constexpr uint64_t kUser = 1u << 2;
constexpr uint64_t kAccessed = 1u << 5;
constexpr uint64_t kDirty = 1u << 6;
constexpr uint64_t kLarge = 1u << 7;
constexpr uint64_t kNoExecute = uint64_t{1} << 63;
constexpr uint64_t kAddress = 0x000ffffffffff000;

// Bits of a page fault's error code (SDM, vol. 3, figure 4-12).
constexpr uint32_t kFaultPresent = 1u << 0;
constexpr uint32_t kFaultWrite = 1u << 1;
constexpr uint32_t kFaultUser = 1u << 2;
constexpr uint32_t kFaultReserved = 1u << 3;
constexpr uint32_t kFaultFetch = 1u << 4;

constexpr uint64_t kCr0WriteProtect = 1u << 16;
constexpr uint64_t kCr4LargePages = 1u << 4;  // PSE
constexpr uint64_t kEferNoExecute = 1u << 11;

// How a mode cuts a linear address: `levels` tables, each indexed by `index_bits` of it.
struct Format {
  int levels;
  unsigned index_bits;
  unsigned entry_size;
};
constexpr Format kFormat32{2, 10, 4};
constexpr Format kFormatPae{3, 9, 8};
constexpr Format kFormatLong{4, 9, 8};

constexpr unsigned kPageBits = 12;

}  // namespace

Translation Translate(const CpuRegisters& registers, PhysicalMemory& memory, uint64_t linear,
                      PageAccess access) {
  const bool is_long = (registers.efer & CpuRegisters::kEferLongActive) != 0;
  if (!is_long) linear &= 0xffffffff;
  if ((registers.cr0 & CpuRegisters::kCr0Paging) == 0) return {.ok = true, .physical = linear};

  const bool is_pae = (registers.cr4 & CpuRegisters::kCr4Pae) != 0;
  const bool no_execute = is_pae && (registers.efer & kEferNoExecute) != 0;
  const Format& format = is_long ? kFormatLong : is_pae ? kFormatPae : kFormat32;

  uint32_t fault = (access.write ? kFaultWrite : 0) | (access.user ? kFaultUser : 0) |
                   (access.fetch && no_execute ? kFaultFetch : 0);
  const auto refuse = [&fault](uint32_t more) {
    return Translation{.ok = false, .physical = 0, .error_code = fault | more};
  };

  uint64_t table = registers.cr3 & (is_long ? kAddress : is_pae ? 0xffffffe0 : 0xfffff000);
  bool writable = true;
  bool user = true;
  bool executable = true;
  for (int level = format.levels; level >= 1; --level) {
    const unsigned shift = kPageBits + static_cast<unsigned>(level - 1) * format.index_bits;
    const uint64_t index = linear >> shift & ((1u << format.index_bits) - 1);
    const uint64_t at = table + index * format.entry_size;
    uint64_t entry = memory.Read(at, format.entry_size);
    if ((entry & kPresent) == 0) return refuse(0);
    if ((entry & kNoExecute) != 0 && !no_execute) return refuse(kFaultPresent | kFaultReserved);

    // An entry of PAE's first table has an address and no rights (SDM, vol. 3, table 4-8).
    const bool is_pointer = is_pae && !is_long && level == 3;
    if (!is_pointer) {
      writable = writable && (entry & kWritable) != 0;
      user = user && (entry & kUser) != 0;
      executable = executable && (entry & kNoExecute) == 0;
    }
    const bool may_be_large =
        level == 2 ? is_pae || (registers.cr4 & kCr4LargePages) != 0 : level == 3 && is_long;
    const bool is_leaf = level == 1 || (may_be_large && (entry & kLarge) != 0);
    if (is_leaf) {
      const bool write_matters = access.user || (registers.cr0 & kCr0WriteProtect) != 0;
      if ((access.user && !user) || (access.write && !writable && write_matters) ||
          (access.fetch && !executable)) {
        return refuse(kFaultPresent);
      }
    }
    if (access.mark && !is_pointer) {
      const uint64_t marked = entry | kAccessed | (is_leaf && access.write ? kDirty : 0);
      if (marked != entry) memory.Write(at, format.entry_size, marked);
    }
    if (is_leaf) {
      const uint64_t inside = (uint64_t{1} << shift) - 1;
      uint64_t frame = entry & kAddress & ~inside;
      // A large page of 32-bit paging has address bits 39 to 32 in bits 20 to 13 (PSE-36).
      if (!is_pae && level == 2) frame |= (entry >> 13 & 0xff) << 32;
      return {.ok = true, .physical = frame | (linear & inside)};
    }
    table = entry & kAddress;
  }
  return refuse(0);  // not reached: level 1 is a leaf
}

}  // namespace cardcage::x86_64
