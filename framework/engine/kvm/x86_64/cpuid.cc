// SPDX-License-Identifier: MIT
#include "framework/engine/kvm/x86_64/cpuid.h"

#include <errno.h>
#include <string.h>

namespace cardcage::x86_64 {
namespace {

// struct kvm_cpuid2, laid out by hand: the header's flexible array gives it another size, and so the
// ioctls another number, in C++ than in C.
struct Header {
  uint32_t count;
  uint32_t padding;
};
constexpr unsigned long kGetSupportedCpuid = _IOWR(KVMIO, 0x05, Header);
constexpr unsigned long kSetCpuid2 = _IOW(KVMIO, 0x90, Header);

std::vector<uint8_t> Pack(const std::vector<kvm_cpuid_entry2>& entries) {
  std::vector<uint8_t> packed(sizeof(Header) + entries.size() * sizeof(kvm_cpuid_entry2));
  const Header header{.count = static_cast<uint32_t>(entries.size()), .padding = 0};
  memcpy(packed.data(), &header, sizeof(header));
  memcpy(packed.data() + sizeof(header), entries.data(), packed.size() - sizeof(header));
  return packed;
}

}  // namespace

absl::StatusOr<std::vector<kvm_cpuid_entry2>> GetSupportedCpuid(const KvmFd& kvm) {
  constexpr size_t kMost = 4096;  // many times what any CPU has
  for (size_t room = 128; room <= kMost; room *= 2) {
    std::vector<kvm_cpuid_entry2> entries(room);
    std::vector<uint8_t> packed = Pack(entries);
    if (ioctl(kvm.get(), kGetSupportedCpuid, packed.data()) != 0) {
      if (errno == E2BIG) continue;
      return KvmError("KVM_GET_SUPPORTED_CPUID", errno);
    }
    Header header{};
    memcpy(&header, packed.data(), sizeof(header));
    entries.resize(std::min<size_t>(header.count, room));
    memcpy(entries.data(), packed.data() + sizeof(header), entries.size() * sizeof(entries[0]));
    return entries;
  }
  return KvmError("KVM_GET_SUPPORTED_CPUID", E2BIG);
}

std::vector<kvm_cpuid_entry2> CpuidFor(std::vector<kvm_cpuid_entry2> supported, uint32_t apic_id) {
  for (kvm_cpuid_entry2& entry : supported) {
    switch (entry.function) {
      case 0x1:  // EBX 31:24 is the initial APIC id (Intel SDM vol. 2, CPUID)
        entry.ebx = (entry.ebx & 0x00ffffff) | apic_id << 24;
        break;
      case 0xb:  // EDX is the x2APIC id
      case 0x1f:
        entry.edx = apic_id;
        break;
      default:
        break;
    }
  }
  return supported;
}

absl::Status SetCpuid(const KvmFd& vcpu, const std::vector<kvm_cpuid_entry2>& entries) {
  std::vector<uint8_t> packed = Pack(entries);
  return vcpu.Call(kSetCpuid2, "KVM_SET_CPUID2", packed.data()).status();
}

}  // namespace cardcage::x86_64
