// SPDX-License-Identifier: MIT
#include "framework/engine/kvm/kvm_engine.h"

#include <fcntl.h>
#include <linux/kvm.h>

#include "absl/strings/str_cat.h"
#include "framework/engine/kvm/kvm_fd.h"
#include "framework/engine/kvm/kvm_vcpu.h"
#include "framework/engine/kvm/x86_64/cpuid.h"

namespace cardcage {

int KvmFd::Check(int capability) const {
  const int result = ioctl(fd_, KVM_CHECK_EXTENSION, capability);
  return result < 0 ? 0 : result;
}

namespace {

// Four pages below the 256 KiB that firmware takes at the end of the first 4 GiB: what KVM needs for
// itself on Intel hosts (KVM API 4.36 and 4.40), in one place on all of them.
constexpr uint64_t kIdentityMap = 0xfffbc000;
constexpr uint64_t kTss = 0xfffbd000;

std::vector<OwnedRange> OwnedRanges(const EngineConfig& config) {
  std::vector<OwnedRange> ranges = {
      {false, {kIdentityMap, kPageSize}, "KVM's identity map", ""},
      {false, {kTss, 3 * kPageSize}, "KVM's TSS", ""},
  };
  if (config.kernel_irqchip) {
    // KVM API 4.24 and 4.71; the addresses are those of a PC.
    const std::string key = "chipset.irqchip: kernel";
    ranges.push_back({true, {0x20, 2}, "KVM's PIC", key});
    ranges.push_back({true, {0xa0, 2}, "KVM's second PIC", key});
    ranges.push_back({true, {0x4d0, 2}, "KVM's PIC level control", key});
    ranges.push_back({true, {0x40, 4}, "KVM's PIT", key});
    ranges.push_back({true, {0x61, 1}, "KVM's PIT speaker port", key});
    ranges.push_back({false, {0xfec00000, 0x100}, "KVM's IOAPIC", key});
    ranges.push_back({false, {0xfee00000, kPageSize}, "KVM's local APIC", key});
  }
  return ranges;
}

std::vector<EngineRefusal> Refusals(const EngineConfig& config) {
  using Clock = EngineConfig::Clock;
  if (config.deterministic) {
    return {{"--deterministic", "KVM's CPUs run by the host's clock, so no two runs are the same"}};
  }
  if (config.clock == Clock::kInstructions) {
    return {{"clock.source", "KVM does not count its CPUs' instructions"}};
  }
  if (config.clock == Clock::kScaled && config.kernel_irqchip) {
    return {{"clock.rate",
             "the kernel's own timers (PIT, local APIC) follow the host's clock, and the guest "
             "would see two times"}};
  }
  return {};
}

class KvmEngine final : public Engine {
 public:
  static absl::StatusOr<std::unique_ptr<Engine>> Create(const EngineConfig& config,
                                                        GuestMemory& memory,
                                                        const Reporter& reporter);

  absl::StatusOr<std::unique_ptr<Vcpu>> CreateVcpu(Bus& bus) override;
  absl::Status SetInterrupt(uint32_t gsi, bool level) override;

 private:
  explicit KvmEngine(Reporter reporter) : reporter_(std::move(reporter)) {}

  absl::Status OpenSystem();
  absl::Status MakeVm(const EngineConfig& config, const GuestMemory& memory);
  absl::Status AddMemory(const GuestMemory& memory);
  absl::Status AddIrqchip();

  KvmFd kvm_;
  KvmFd vm_;
  int run_size_ = 0;
  std::vector<kvm_cpuid_entry2> cpuid_;
  const Reporter reporter_;
  uint32_t cpus_made_ = 0;
};

absl::StatusOr<std::unique_ptr<Engine>> KvmEngine::Create(const EngineConfig& config,
                                                          GuestMemory& memory,
                                                          const Reporter& reporter) {
  auto engine = std::unique_ptr<KvmEngine>(new KvmEngine(reporter));
  if (absl::Status status = engine->OpenSystem(); !status.ok()) return status;
  if (absl::Status status = engine->MakeVm(config, memory); !status.ok()) return status;
  return engine;
}

absl::Status KvmEngine::OpenSystem() {
  const int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  if (fd < 0) return KvmOpenError(errno);
  kvm_ = KvmFd(fd);

  const auto version = CARDCAGE_KVM_CALL(kvm_, KVM_GET_API_VERSION, 0);  // KVM API 4.1
  if (!version.ok()) return version.status();
  if (*version != KVM_API_VERSION) {
    return absl::UnavailableError(absl::StrCat("/dev/kvm speaks version ", *version,
                                               " of the KVM API, and only ", KVM_API_VERSION,
                                               " is one to build on"));
  }
  constexpr struct {
    int capability;
    std::string_view name;
    std::string_view use;
  } kNeeded[] = {
      {KVM_CAP_USER_MEMORY, "KVM_CAP_USER_MEMORY", "guest memory"},
      {KVM_CAP_SET_TSS_ADDR, "KVM_CAP_SET_TSS_ADDR", "real mode on Intel hosts"},
      {KVM_CAP_SET_IDENTITY_MAP_ADDR, "KVM_CAP_SET_IDENTITY_MAP_ADDR", "real mode on Intel hosts"},
      {KVM_CAP_EXT_CPUID, "KVM_CAP_EXT_CPUID", "the guest's CPUID"},
      {KVM_CAP_IMMEDIATE_EXIT, "KVM_CAP_IMMEDIATE_EXIT", "stopping a CPU"},
  };
  for (const auto& [capability, name, use] : kNeeded) {
    if (kvm_.Check(capability) == 0) return KvmMissing(name, use);
  }
  const auto run_size = CARDCAGE_KVM_CALL(kvm_, KVM_GET_VCPU_MMAP_SIZE, 0);  // KVM API 4.5
  if (!run_size.ok()) return run_size.status();
  run_size_ = *run_size;
  auto cpuid = x86_64::GetSupportedCpuid(kvm_);
  if (!cpuid.ok()) return cpuid.status();
  cpuid_ = *std::move(cpuid);
  return absl::OkStatus();
}

absl::Status KvmEngine::MakeVm(const EngineConfig& config, const GuestMemory& memory) {
  // KVM API 4.2. A signal may interrupt it, as it takes its time.
  int vm = -1;
  do {
    vm = ioctl(kvm_.get(), KVM_CREATE_VM, 0);
  } while (vm < 0 && errno == EINTR);
  if (vm < 0) return KvmError("KVM_CREATE_VM", errno);
  vm_ = KvmFd(vm);

  const int most = vm_.Check(KVM_CAP_MAX_VCPUS);
  if (most > 0 && config.cpus > static_cast<uint32_t>(most)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "this host's KVM gives a machine at most ", most, " CPUs, and it asks for ", config.cpus));
  }

  // Both before the first vCPU. Intel hosts need them, the others do not mind.
  if (auto set = CARDCAGE_KVM_CALL(vm_, KVM_SET_TSS_ADDR, kTss); !set.ok()) return set.status();
  uint64_t identity_map = kIdentityMap;
  if (auto set = CARDCAGE_KVM_CALL(vm_, KVM_SET_IDENTITY_MAP_ADDR, &identity_map); !set.ok()) {
    return set.status();
  }
  // Slots before the interrupt controllers: afterwards each costs milliseconds.
  if (absl::Status status = AddMemory(memory); !status.ok()) return status;
  if (config.kernel_irqchip) {
    if (absl::Status status = AddIrqchip(); !status.ok()) return status;
  }
  // Where KVM can, it tells of MSRs that it does not know (KVM API 7.21).
  if (vm_.Check(KVM_CAP_X86_USER_SPACE_MSR) != 0) {
    kvm_enable_cap enable{};
    enable.cap = KVM_CAP_X86_USER_SPACE_MSR;
    enable.args[0] = KVM_MSR_EXIT_REASON_UNKNOWN;
    if (auto set = CARDCAGE_KVM_CALL(vm_, KVM_ENABLE_CAP, &enable); !set.ok()) return set.status();
  }
  return absl::OkStatus();
}

absl::Status KvmEngine::AddMemory(const GuestMemory& memory) {
  uint32_t number = 0;
  for (const auto& slot : memory.slots()) {
    if (slot->kind() == MemorySlot::Kind::kReserved) continue;
    const bool is_rom = slot->kind() == MemorySlot::Kind::kRom;
    if (is_rom && vm_.Check(KVM_CAP_READONLY_MEM) == 0) {
      return KvmMissing("KVM_CAP_READONLY_MEM", absl::StrCat("rom slot ", slot->name()));
    }
    kvm_userspace_memory_region region{};  // KVM API 4.35
    region.slot = number++;
    region.flags = is_rom ? KVM_MEM_READONLY : 0;
    region.guest_phys_addr = slot->range().base;
    region.memory_size = slot->range().size;
    region.userspace_addr = reinterpret_cast<uintptr_t>(slot->bytes().data());
    if (auto set = CARDCAGE_KVM_CALL(vm_, KVM_SET_USER_MEMORY_REGION, &region); !set.ok()) {
      return absl::Status(set.status().code(),
                          absl::StrCat("memory slot ", slot->name(), ": ", set.status().message()));
    }
  }
  return absl::OkStatus();
}

absl::Status KvmEngine::AddIrqchip() {
  if (vm_.Check(KVM_CAP_IRQCHIP) == 0) {
    return KvmMissing("KVM_CAP_IRQCHIP", "chipset.irqchip: kernel");
  }
  if (vm_.Check(KVM_CAP_PIT2) == 0) return KvmMissing("KVM_CAP_PIT2", "chipset.irqchip: kernel");
  if (auto made = CARDCAGE_KVM_CALL(vm_, KVM_CREATE_IRQCHIP, 0); !made.ok()) return made.status();
  kvm_pit_config pit{};
  pit.flags = KVM_PIT_SPEAKER_DUMMY;  // port 0x61 is KVM's too
  return CARDCAGE_KVM_CALL(vm_, KVM_CREATE_PIT2, &pit).status();
}

absl::StatusOr<std::unique_ptr<Vcpu>> KvmEngine::CreateVcpu(Bus& bus) {
  const uint32_t index = cpus_made_;
  const auto fd = CARDCAGE_KVM_CALL(vm_, KVM_CREATE_VCPU, index);  // KVM API 4.7
  if (!fd.ok()) return fd.status();
  auto vcpu = KvmVcpu::Create(KvmFd(*fd), static_cast<size_t>(run_size_), index, bus, reporter_);
  if (!vcpu.ok()) return vcpu.status();
  if (auto set = x86_64::SetCpuid((*vcpu)->fd(), x86_64::CpuidFor(cpuid_, index)); !set.ok()) {
    return set;
  }
  ++cpus_made_;
  return vcpu;
}

absl::Status KvmEngine::SetInterrupt(uint32_t gsi, bool level) {
  kvm_irq_level line{};  // KVM API 4.25
  line.irq = gsi;
  line.level = level ? 1 : 0;
  return CARDCAGE_KVM_CALL(vm_, KVM_IRQ_LINE, &line).status();
}

}  // namespace

const EngineType kKvmEngine = {
    .name = "kvm",
    .description = "the hardware's own CPUs",
    .owned_ranges = &OwnedRanges,
    .refusals = &Refusals,
    .create = &KvmEngine::Create,
};

}  // namespace cardcage
