// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_ASSEMBLY_ENGINES_H_
#define CARDCAGE_MACHINES_ASSEMBLY_ENGINES_H_

#include "framework/engine/kvm/kvm_engine.h"
#include "framework/engine/soft/soft_engine.h"

namespace cardcage {

// The engines that there are, in order of preference. Who uses them links them.
inline constexpr const EngineType* kEngines[] = {&kKvmEngine, &kSoftEngine};

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_ASSEMBLY_ENGINES_H_
