// SPDX-License-Identifier: MIT
#include "framework/engine/kvm/kvm_error.h"

#include <errno.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string Message(const absl::Status& status) { return std::string(status.message()); }

TEST(KvmError, MissingDeviceNamesTheModulesAndContainers) {
  EXPECT_THAT(Message(KvmOpenError(ENOENT)),
              AllOf(HasSubstr("/dev/kvm: No such file"), HasSubstr("kvm_intel"),
                    HasSubstr("nested virtualization"), HasSubstr("--device /dev/kvm")));
}

TEST(KvmError, NoPermissionNamesGroupAndAcl) {
  EXPECT_EQ(KvmOpenError(EACCES).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(Message(KvmOpenError(EACCES)),
              AllOf(HasSubstr("usermod -aG kvm"), HasSubstr("setfacl")));
}

TEST(KvmError, BusyCpuIsAnotherHypervisor) {
  EXPECT_THAT(Message(KvmError("KVM_CREATE_VM", EBUSY)),
              AllOf(HasSubstr("KVM_CREATE_VM: "), HasSubstr("another hypervisor")));
}

TEST(KvmError, EveryErrnoNamesTheCallTheErrorAndACure) {
  for (const int error : {ENOMEM, EMFILE, ENFILE, ENOTTY, EIO, EOPNOTSUPP, EINVAL, EFAULT, EBUSY}) {
    EXPECT_THAT(Message(KvmError("KVM_X", error)),
                AllOf(HasSubstr("KVM_X: "), HasSubstr(strerror(error)), HasSubstr("cure:")));
    EXPECT_THAT(Message(KvmOpenError(error)),
                AllOf(HasSubstr(strerror(error)), HasSubstr("cure:")));
  }
}

TEST(KvmError, MissingCapabilityIsNamedWithItsUse) {
  EXPECT_THAT(Message(KvmMissing("KVM_CAP_READONLY_MEM", "rom slots")),
              AllOf(HasSubstr("KVM_CAP_READONLY_MEM"), HasSubstr("rom slots")));
}

}  // namespace
}  // namespace cardcage
