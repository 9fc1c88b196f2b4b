// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_KVM_KVM_ERROR_H_
#define CARDCAGE_FRAMEWORK_ENGINE_KVM_KVM_ERROR_H_

#include <string_view>

#include "absl/status/status.h"

namespace cardcage {

// What a failed open of /dev/kvm means, by errno, and what helps: Unavailable, PermissionDenied.
absl::Status KvmOpenError(int error);

// What a failed ioctl means, by its name ("KVM_CREATE_VM") and errno, and what helps.
absl::Status KvmError(std::string_view ioctl, int error);

// A capability that this host's KVM lacks, by its name, and what Cardcage needs it for.
absl::Status KvmMissing(std::string_view capability, std::string_view needed_for);

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_ENGINE_KVM_KVM_ERROR_H_
