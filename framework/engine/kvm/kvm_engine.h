// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_KVM_KVM_ENGINE_H_
#define CARDCAGE_FRAMEWORK_ENGINE_KVM_KVM_ENGINE_H_

#include "framework/engine/engine_type.h"

namespace cardcage {

// Runs virtual CPUs by Linux's KVM, on x86-64 with VMX, SVM or neither (a KVM of its own kind).
extern const EngineType kKvmEngine;

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_ENGINE_KVM_KVM_ENGINE_H_
