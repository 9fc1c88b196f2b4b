// SPDX-License-Identifier: MIT
#include "framework/engine/long_mode.h"

#include <array>

namespace cardcage {
namespace {

// CR0 and CR4 bits (Intel SDM vol. 3, 2.5).
constexpr uint64_t kCr0ExtensionType = 1u << 4;
constexpr uint64_t kCr0NumericError = 1u << 5;

}  // namespace

void EnterLongMode(uint64_t tables, CpuRegisters& registers) {
  registers.cr0 =
      CpuRegisters::kCr0Protected | CpuRegisters::kCr0Paging | kCr0ExtensionType | kCr0NumericError;
  registers.cr3 = tables;
  registers.cr4 = CpuRegisters::kCr4Pae;
  registers.efer = CpuRegisters::kEferLongEnable | CpuRegisters::kEferLongActive;
  registers.cs = {
      .selector = 0x08, .limit = 0xffffffff, .type = 11, .long_mode = true, .granularity = true};
  const Segment data{
      .selector = 0x10, .limit = 0xffffffff, .type = 3, .default_32 = true, .granularity = true};
  registers.ds = registers.es = registers.fs = registers.gs = registers.ss = data;
}

absl::Status BuildIdentityMap(GuestMemory& memory, uint64_t at) {
  // Entry bits: present, writable, page size (2 MiB).
  constexpr uint64_t kPresent = 1;
  constexpr uint64_t kWritable = 2;
  constexpr uint64_t kLargePage = 1 << 7;
  constexpr uint64_t kLarge = 2 << 20;
  using Table = std::array<uint64_t, 512>;
  std::array<Table, 6> tables{};
  tables[0][0] = (at + kPageSize) | kPresent | kWritable;
  for (uint64_t i = 0; i < 4; ++i) {
    tables[1][i] = (at + (2 + i) * kPageSize) | kPresent | kWritable;
    for (uint64_t j = 0; j < 512; ++j) {
      tables[2 + i][j] = (i * 512 + j) * kLarge | kPresent | kWritable | kLargePage;
    }
  }
  return memory.Write(at, std::as_bytes(std::span(tables)));
}

}  // namespace cardcage
