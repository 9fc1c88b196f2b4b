// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_KVM_KVM_FD_H_
#define CARDCAGE_FRAMEWORK_ENGINE_KVM_KVM_FD_H_

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/engine/kvm/kvm_error.h"

namespace cardcage {

// A descriptor of KVM: the system's, a VM's or a vCPU's. Owns it. Every descriptor here is
// close-on-exec: KVM makes the VM's and the vCPUs' so by itself.
class KvmFd {
 public:
  KvmFd() = default;
  explicit KvmFd(int fd) : fd_(fd) {}
  KvmFd(KvmFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  KvmFd& operator=(KvmFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~KvmFd() {
    if (fd_ >= 0) close(fd_);
  }

  int get() const { return fd_; }

  // An ioctl by number and name; its result where that is not negative, else what KvmError makes of
  // errno. Through libc's ioctl, so that a preloaded library can watch it.
  template <class Argument>
  absl::StatusOr<int> Call(unsigned long request, std::string_view name, Argument argument) const {
    const int result = ioctl(fd_, request, argument);
    if (result < 0) return KvmError(name, errno);
    return result;
  }

  // What KVM_CHECK_EXTENSION (KVM API 4.4) says about a capability on this descriptor; 0: not there.
  int Check(int capability) const;

 private:
  int fd_ = -1;
};

// The name of an ioctl is the name of its number.
#define CARDCAGE_KVM_CALL(fd, request, argument) (fd).Call(request, #request, argument)

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_ENGINE_KVM_KVM_FD_H_
