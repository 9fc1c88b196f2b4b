// SPDX-License-Identifier: MIT
// Boot of a flat image on x86-64: content is where `load` puts it, and the first CPU begins at `entry`
// in the mode that the machine file asks for.
#ifndef CARDCAGE_MACHINES_BOOT_FLAT_BOOT_H_
#define CARDCAGE_MACHINES_BOOT_FLAT_BOOT_H_

#include "framework/engine/registers.h"
#include "machines/spec/diagnostics.h"
#include "machines/spec/machine_spec.h"

namespace cardcage {

// The state of the first CPU: that after reset, with all segment bases 0, as `mode`, `entry` and
// `registers` change it. In long mode: 64-bit code in ring 0, flat segments, paging on with the tables
// at `tables`. What clashes is added to `diagnostics`.
CpuRegisters BootRegisters(const BootSpec& boot, Diagnostics& diagnostics);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_BOOT_FLAT_BOOT_H_
