// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_KVM_X86_64_CPUID_H_
#define CARDCAGE_FRAMEWORK_ENGINE_KVM_X86_64_CPUID_H_

#include <linux/kvm.h>

#include <cstdint>
#include <vector>

#include "framework/engine/kvm/kvm_fd.h"

namespace cardcage::x86_64 {

// What this host and its KVM can give a guest (KVM_GET_SUPPORTED_CPUID, KVM API 4.46), of the
// system's descriptor.
absl::StatusOr<std::vector<kvm_cpuid_entry2>> GetSupportedCpuid(const KvmFd& kvm);

// The same for one CPU: with its own APIC id in the leaves that tell it.
std::vector<kvm_cpuid_entry2> CpuidFor(std::vector<kvm_cpuid_entry2> supported, uint32_t apic_id);

// KVM_SET_CPUID2 (KVM API 4.20). Before the CPU first runs.
absl::Status SetCpuid(const KvmFd& vcpu, const std::vector<kvm_cpuid_entry2>& entries);

}  // namespace cardcage::x86_64

#endif  // CARDCAGE_FRAMEWORK_ENGINE_KVM_X86_64_CPUID_H_
