// SPDX-License-Identifier: MIT
#include "framework/engine/kvm/kvm_error.h"

#include <errno.h>
#include <string.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace cardcage {

absl::Status KvmOpenError(int error) {
  const std::string what = absl::StrCat("/dev/kvm: ", strerror(error), "\n  ");
  switch (error) {
    case ENOENT:
      return absl::UnavailableError(absl::StrCat(
          what,
          "cause: this kernel has no KVM, or a container hides it\n"
          "  cure:  load it (modprobe kvm_intel, or kvm_amd); where that fails, switch on VT-x or "
          "SVM in\n"
          "         the firmware, in a virtual machine nested virtualization on its host; give a "
          "container\n"
          "         the device (docker run --device /dev/kvm)"));
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(absl::StrCat(
          what,
          "cause: this user may not read and write it\n"
          "  cure:  join its group (sudo usermod -aG kvm $USER, then log in anew), or for this "
          "user alone:\n"
          "         sudo setfacl -m u:$USER:rw /dev/kvm"));
    case ENODEV:
    case ENXIO:
      return absl::UnavailableError(
          absl::StrCat(what,
                       "cause: the device is there, but no KVM is behind it\n"
                       "  cure:  modprobe kvm_intel, or kvm_amd; `dmesg | grep kvm` says why it "
                       "did not load"));
    case EMFILE:
    case ENFILE:
      return absl::ResourceExhaustedError(
          absl::StrCat(what, "cure:  raise the limit on open files (ulimit -n)"));
    default:
      return absl::UnavailableError(
          absl::StrCat(what, "cure:  `ls -l /dev/kvm` and `dmesg | grep kvm` say more"));
  }
}

absl::Status KvmError(std::string_view ioctl, int error) {
  const std::string what = absl::StrCat(std::string(ioctl), ": ", strerror(error), "\n  ");
  if (error == EBUSY && ioctl == "KVM_CREATE_VM") {
    return absl::UnavailableError(absl::StrCat(
        what,
        "cause: another hypervisor holds the CPU's virtualization (VirtualBox, VMware)\n"
        "  cure:  end its machines, or unload its modules, and try again"));
  }
  switch (error) {
    case ENOMEM:
      return absl::ResourceExhaustedError(
          absl::StrCat(what,
                       "cause: the host has no memory left for it\n"
                       "  cure:  give the machine less memory or fewer CPUs, or free some; "
                       "`ulimit -a` and the\n"
                       "         control group's memory.max show the limits"));
    case EMFILE:
    case ENFILE:
      return absl::ResourceExhaustedError(
          absl::StrCat(what, "cure:  raise the limit on open files (ulimit -n)"));
    case ENOTTY:
      return absl::UnavailableError(
          absl::StrCat(what,
                       "cause: this is not KVM, or one that lacks the call\n"
                       "  cure:  Linux 5.10 or later, with its own kvm module"));
    case EIO:
    case EOPNOTSUPP:
      return absl::UnavailableError(
          absl::StrCat(what,
                       "cause: the CPU's virtualization is off or broken here\n"
                       "  cure:  switch on VT-x or SVM in the firmware; in a virtual machine, "
                       "nested\n"
                       "         virtualization on its host"));
    default:
      return absl::InternalError(absl::StrCat(what, "cure:  `dmesg | grep kvm` may say more"));
  }
}

absl::Status KvmMissing(std::string_view capability, std::string_view needed_for) {
  return absl::UnavailableError(absl::StrCat(
      "this host's KVM lacks ", std::string(capability), ", needed for ", std::string(needed_for),
      "\n  cure:  Linux 5.10 or later, with its own kvm module"));
}

}  // namespace cardcage
