// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_SOFT_SOFT_ENGINE_H_
#define CARDCAGE_FRAMEWORK_ENGINE_SOFT_SOFT_ENGINE_H_

#include "framework/engine/engine_type.h"

namespace cardcage {

// `soft`: one x86-64 CPU, translated by Unicorn. It needs nothing of the host but that library, counts
// its instructions, and does the same each time. In a build without Unicorn's headers it is there, and
// says so when a machine wants it.
extern const EngineType kSoftEngine;

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_ENGINE_SOFT_SOFT_ENGINE_H_
