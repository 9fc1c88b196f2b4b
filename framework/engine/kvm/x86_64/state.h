// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_KVM_X86_64_STATE_H_
#define CARDCAGE_FRAMEWORK_ENGINE_KVM_X86_64_STATE_H_

#include "framework/engine/kvm/kvm_fd.h"
#include "framework/engine/registers.h"

namespace cardcage::x86_64 {

// A vCPU's registers, by KVM_GET_REGS, KVM_SET_REGS, KVM_GET_SREGS and KVM_SET_SREGS (KVM API 4.11 to
// 4.14). The last exit is complete, and the CPU does not run.
absl::StatusOr<CpuRegisters> GetRegisters(const KvmFd& vcpu);
absl::Status SetRegisters(const KvmFd& vcpu, const CpuRegisters& registers);

}  // namespace cardcage::x86_64

#endif  // CARDCAGE_FRAMEWORK_ENGINE_KVM_X86_64_STATE_H_
