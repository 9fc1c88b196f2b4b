// SPDX-License-Identifier: MIT
// How a CPU of x86-64 comes to 64-bit code at once: its state, and the page tables that this needs.
#ifndef CARDCAGE_FRAMEWORK_ENGINE_LONG_MODE_H_
#define CARDCAGE_FRAMEWORK_ENGINE_LONG_MODE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "framework/engine/registers.h"
#include "framework/memory/guest_memory.h"

namespace cardcage {

// 64-bit code in ring 0, flat segments, paging on with the tables at `tables`. Other registers stay as they are.
void EnterLongMode(uint64_t tables, CpuRegisters& registers);

// The memory that the page tables of BuildIdentityMap take: one level-4 page, one level-3, four
// level-2.
inline constexpr uint64_t kIdentityMapSize = 6 * kPageSize;

// Writes page tables at `at` that map the first 4 GiB to themselves, writable, in pages of 2 MiB
// (Intel SDM vol. 3, 4.5).
// Errors: OutOfRange where there is no memory.
absl::Status BuildIdentityMap(GuestMemory& memory, uint64_t at);

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_ENGINE_LONG_MODE_H_
