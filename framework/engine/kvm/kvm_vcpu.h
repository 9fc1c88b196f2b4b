// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_KVM_KVM_VCPU_H_
#define CARDCAGE_FRAMEWORK_ENGINE_KVM_KVM_VCPU_H_

#include <sys/types.h>

#include <atomic>
#include <memory>

#include "framework/engine/engine.h"
#include "framework/engine/kvm/kvm_fd.h"

struct kvm_run;

namespace cardcage {

// A vCPU of KVM. See Vcpu for the threads.
class KvmVcpu final : public Vcpu {
 public:
  // `run_size` is KVM_GET_VCPU_MMAP_SIZE's. The reporter may be empty.
  // Errors: as KvmError.
  static absl::StatusOr<std::unique_ptr<KvmVcpu>> Create(KvmFd fd, size_t run_size, uint32_t index,
                                                         Bus& bus, Engine::Reporter reporter);
  ~KvmVcpu() override;

  VmExit Run() override;
  void Kick() override;
  absl::StatusOr<CpuRegisters> GetRegisters() override;
  absl::Status SetRegisters(const CpuRegisters& registers) override;
  absl::StatusOr<uint64_t> Translate(uint64_t linear) override;
  const AccessTrail& trail() const override { return trail_; }
  Accessor& accessor() override { return accessor_; }

  const KvmFd& fd() const { return fd_; }

 private:
  KvmVcpu(KvmFd fd, kvm_run* run, size_t run_size, uint32_t index, Bus& bus,
          Engine::Reporter reporter);

  void NoticeInterrupt() override;
  absl::Status OfferInterrupt();
  void ServePort();
  void ServeMmio();
  void RefuseMsr(bool is_write);
  // The exit that is neither, as far as kvm_run tells.
  VmExit Explain();
  VmExit ExplainFailure(int error);

  const KvmFd fd_;
  kvm_run* const run_;  // shared with the kernel
  const size_t run_size_;
  Bus& bus_;
  Accessor accessor_;
  AccessTrail trail_;
  const Engine::Reporter reporter_;
  unsigned reported_msrs_ = 0;
  bool is_halted_ = false;        // it has executed HLT and waits for an interrupt
  std::atomic<pid_t> thread_{0};  // that runs it, for Kick()
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_ENGINE_KVM_KVM_VCPU_H_
