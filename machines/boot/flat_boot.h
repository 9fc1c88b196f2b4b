// SPDX-License-Identifier: MIT
// Boot of a flat image on x86-64: content is where `load` puts it, and the first CPU begins at `entry`
// in the mode that the machine file asks for.
#ifndef CARDCAGE_MACHINES_BOOT_FLAT_BOOT_H_
#define CARDCAGE_MACHINES_BOOT_FLAT_BOOT_H_

#include "absl/status/status.h"
#include "framework/engine/registers.h"
#include "framework/memory/guest_memory.h"
#include "machines/spec/diagnostics.h"
#include "machines/spec/machine_spec.h"

namespace cardcage {

// The memory that the page tables of BuildIdentityMap take: one level-4 page, one level-3, four
// level-2.
inline constexpr uint64_t kIdentityMapSize = 6 * kPageSize;

// The state of the first CPU: that after reset, with all segment bases 0, as `mode`, `entry` and
// `registers` change it. In long mode: 64-bit code in ring 0, flat segments, paging on with the tables
// at `tables`. What clashes is added to `diagnostics`.
CpuRegisters BootRegisters(const BootSpec& boot, Diagnostics& diagnostics);

// Writes page tables at `at` that map the first 4 GiB to themselves, writable, in pages of 2 MiB
// (Intel SDM vol. 3, 4.5).
// Errors: OutOfRange where there is no memory.
absl::Status BuildIdentityMap(GuestMemory& memory, uint64_t at);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_BOOT_FLAT_BOOT_H_
