// SPDX-License-Identifier: MIT
#include "framework/engine/kvm/kvm_vcpu.h"

#include <linux/kvm.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/engine/kvm/x86_64/state.h"

namespace cardcage {
namespace {

// Later than Debian 12's headers: KVM API 5, KVM_EXIT_MEMORY_FAULT (Linux 6.8). It comes with -1 and
// EFAULT or EHWPOISON.
constexpr uint32_t kExitMemoryFault = 39;
struct MemoryFault {
  uint64_t flags;
  uint64_t address;
  uint64_t size;
};

// The names of KVM's exit reasons (linux/kvm.h), for those that are not served.
std::string ExitName(uint32_t reason) {
  switch (reason) {
#define CARDCAGE_NAME(name) \
  case name:                \
    return #name
    CARDCAGE_NAME(KVM_EXIT_UNKNOWN);
    CARDCAGE_NAME(KVM_EXIT_EXCEPTION);
    CARDCAGE_NAME(KVM_EXIT_HYPERCALL);
    CARDCAGE_NAME(KVM_EXIT_IRQ_WINDOW_OPEN);
    CARDCAGE_NAME(KVM_EXIT_SET_TPR);
    CARDCAGE_NAME(KVM_EXIT_TPR_ACCESS);
    CARDCAGE_NAME(KVM_EXIT_NMI);
    CARDCAGE_NAME(KVM_EXIT_OSI);
    CARDCAGE_NAME(KVM_EXIT_WATCHDOG);
    CARDCAGE_NAME(KVM_EXIT_EPR);
    CARDCAGE_NAME(KVM_EXIT_IOAPIC_EOI);
    CARDCAGE_NAME(KVM_EXIT_HYPERV);
    CARDCAGE_NAME(KVM_EXIT_DIRTY_RING_FULL);
    CARDCAGE_NAME(KVM_EXIT_AP_RESET_HOLD);
    CARDCAGE_NAME(KVM_EXIT_X86_BUS_LOCK);
    CARDCAGE_NAME(KVM_EXIT_XEN);
    CARDCAGE_NAME(KVM_EXIT_NOTIFY);
#undef CARDCAGE_NAME
    default:
      return "an exit that has no name here";
  }
}

// What a machine can do whose KVM has made its CPUs and cannot run them.
constexpr char kBrokenCure[] =
    "\n  or:    another engine (cpu: { engine: … } in the machine file) needs nothing of KVM";

int KickSignal() { return SIGRTMIN; }

// The signal's only work is to end KVM_RUN, or any wait, with EINTR.
void InstallKickHandler() {
  [[maybe_unused]] static const bool installed = [] {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigaction(KickSignal(), &action, nullptr);
    return true;
  }();
}

// Set by whoever kicks, while the kernel and the vCPU's thread look at it.
std::atomic_ref<uint8_t> ImmediateExit(kvm_run* run) {
  return std::atomic_ref<uint8_t>(run->immediate_exit);
}

// The vCPU whose Run() the thread is in.
thread_local const KvmVcpu* running = nullptr;

uint64_t Load(const uint8_t* data, unsigned size) {
  uint64_t value = 0;
  memcpy(&value, data, size);
  return value;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KvmVcpu>> KvmVcpu::Create(KvmFd fd, size_t run_size, uint32_t index,
                                                         Bus& bus, Engine::Reporter reporter) {
  InstallKickHandler();
  // KVM API 4.5: the page through which KVM_RUN talks.
  void* run = mmap(nullptr, run_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (run == MAP_FAILED) return KvmError("mmap of kvm_run", errno);
  return std::unique_ptr<KvmVcpu>(new KvmVcpu(std::move(fd), static_cast<kvm_run*>(run), run_size,
                                              index, bus, std::move(reporter)));
}

KvmVcpu::KvmVcpu(KvmFd fd, kvm_run* run, size_t run_size, uint32_t index, Bus& bus,
                 Engine::Reporter reporter)
    : fd_(std::move(fd)),
      run_(run),
      run_size_(run_size),
      bus_(bus),
      accessor_(index),
      reporter_(std::move(reporter)) {}

KvmVcpu::~KvmVcpu() { munmap(run_, run_size_); }

void KvmVcpu::Kick() {
  ImmediateExit(run_).store(1);
  if (const pid_t thread = thread_.load(); thread != 0) tgkill(getpid(), thread, KickSignal());
}

// The way of one exit: KVM_RUN returns, the address is looked up, the device answers, KVM_RUN. An
// access is complete only at the next KVM_RUN (KVM API 5), so this does not come back in between; a
// kick lets KVM_RUN complete it and return with EINTR before the guest executes further.
VmExit KvmVcpu::Run() {
  if (thread_.load(std::memory_order_relaxed) == 0) {
    sigset_t kick;
    sigemptyset(&kick);
    sigaddset(&kick, KickSignal());
    pthread_sigmask(SIG_UNBLOCK, &kick, nullptr);
    thread_.store(gettid());
  }
  running = this;
  const absl::Cleanup leave = [] { running = nullptr; };
  // KVM would go on behind the HLT.
  if (is_halted_ && !interrupt_line()) {
    if (ImmediateExit(run_).exchange(0) != 0) return {};
    return {.reason = VmExit::Reason::kHalt, .interrupts_enabled = true};
  }
  is_halted_ = false;
  for (;;) {
    if (has_interrupts()) [[unlikely]] {
      if (const absl::Status offered = OfferInterrupt(); !offered.ok()) {
        return {.reason = VmExit::Reason::kEngineFailed, .detail = std::string(offered.message())};
      }
    }
    if (ioctl(fd_.get(), KVM_RUN, 0) < 0) [[unlikely]] {
      if (errno == EINTR) {
        // An exchange, so that what the kicker did before the kick is seen after this.
        ImmediateExit(run_).exchange(0);
        return {};
      }
      if (errno == EAGAIN) continue;  // a CPU that waited for INIT and SIPI has got one
      return ExplainFailure(errno);
    }
    switch (run_->exit_reason) {
      case KVM_EXIT_IO:
        ServePort();
        break;
      case KVM_EXIT_MMIO:
        ServeMmio();
        break;
      case KVM_EXIT_INTR:
      case KVM_EXIT_IRQ_WINDOW_OPEN:
        break;
      case KVM_EXIT_HLT:
        // The interrupt that came behind STI, too early for KVM to take, ends the HLT at once.
        if (run_->if_flag != 0 && interrupt_line()) break;
        return Explain();
      case KVM_EXIT_X86_RDMSR:
        RefuseMsr(/*is_write=*/false);
        break;
      case KVM_EXIT_X86_WRMSR:
        RefuseMsr(/*is_write=*/true);
        break;
      default:
        return Explain();
    }
  }
}

// On its own thread, in an access, the pin is looked at before the next KVM_RUN anyway: a kick would cost a
// signal and a KVM_RUN for nothing.
void KvmVcpu::NoticeInterrupt() {
  if (running != this) Kick();
}

// Gives the CPU the interrupt that its pin asks for where it can take one, and else has KVM come back as
// soon as it can (KVM API 4.16 and 5). A pin that rises behind this comes with a kick.
absl::Status KvmVcpu::OfferInterrupt() {
  run_->request_interrupt_window = 0;
  if (!interrupt_line()) return absl::OkStatus();
  if (run_->ready_for_interrupt_injection != 0 && run_->if_flag != 0) {
    kvm_interrupt interrupt{};
    interrupt.irq = Acknowledge();
    const auto given = CARDCAGE_KVM_CALL(fd_, KVM_INTERRUPT, &interrupt);
    if (!given.ok()) return given.status();
    run_->ready_for_interrupt_injection = 0;  // until KVM says so again
  }
  if (interrupt_line()) run_->request_interrupt_window = 1;
  return absl::OkStatus();
}

void KvmVcpu::ServePort() {
  const auto& io = run_->io;
  uint8_t* data = reinterpret_cast<uint8_t*>(run_) + io.data_offset;
  const bool is_write = io.direction == KVM_EXIT_IO_OUT;
  const unsigned size = io.size;
  const uint64_t port = io.port;
  if (io.count == 0) return;
  if (is_write) {
    bus_.ports.WriteMany(accessor_, port, size, data, io.count);
  } else {
    bus_.ports.ReadMany(accessor_, port, size, data, io.count);
  }
  const uint64_t value = Load(data + size_t{io.count - 1} * size, size);
  trail_.Add({.address = port,
              .value = value,
              .count = io.count,
              .size = static_cast<uint8_t>(size),
              .is_port = true,
              .is_write = is_write});
}

void KvmVcpu::ServeMmio() {
  auto& mmio = run_->mmio;
  uint64_t value = 0;
  if (mmio.is_write != 0) {
    value = Load(mmio.data, mmio.len);
    bus_.mmio.Write(accessor_, mmio.phys_addr, mmio.len, value);
  } else {
    value = bus_.mmio.Read(accessor_, mmio.phys_addr, mmio.len);
    memcpy(mmio.data, &value, sizeof(value));
  }
  trail_.Add({.address = mmio.phys_addr,
              .value = value,
              .count = 1,
              .size = static_cast<uint8_t>(mmio.len),
              .is_port = false,
              .is_write = mmio.is_write != 0});
}

// KVM API 5, KVM_EXIT_X86_RDMSR: an MSR that KVM does not know. With an error the guest gets the #GP
// that it would get from a CPU that lacks it.
void KvmVcpu::RefuseMsr(bool is_write) {
  run_->msr.error = 1;
  constexpr unsigned kReportLimit = 16;
  if (reported_msrs_++ < kReportLimit && reporter_) {
    reporter_(
        absl::StrFormat("cpu %d: %s of MSR 0x%x, which this CPU does not have: the guest gets "
                        "#GP",
                        accessor_.vcpu, is_write ? "write" : "read", run_->msr.index));
  }
}

VmExit KvmVcpu::ExplainFailure(int error) {
  VmExit exit;
  if (run_->exit_reason == kExitMemoryFault) {
    MemoryFault fault{};
    memcpy(&fault, run_->padding, sizeof(fault));
    exit.reason = VmExit::Reason::kGuestFault;
    exit.detail = absl::StrFormat("KVM_EXIT_MEMORY_FAULT at guest address 0x%x, 0x%x bytes",
                                  fault.address, fault.size);
    return exit;
  }
  exit.reason = VmExit::Reason::kEngineFailed;
  exit.detail = absl::StrCat(KvmError("KVM_RUN", error).message(), kBrokenCure);
  return exit;
}

VmExit KvmVcpu::Explain() {
  using Reason = VmExit::Reason;
  VmExit exit;
  switch (run_->exit_reason) {
    case KVM_EXIT_HLT:
      exit.reason = Reason::kHalt;
      exit.interrupts_enabled = run_->if_flag != 0;
      is_halted_ = exit.interrupts_enabled;
      break;
    case KVM_EXIT_SHUTDOWN:
      exit.reason = Reason::kShutdown;
      break;
    case KVM_EXIT_SYSTEM_EVENT:
      switch (run_->system_event.type) {
        case KVM_SYSTEM_EVENT_SHUTDOWN:
          exit.reason = Reason::kPowerOff;
          break;
        case KVM_SYSTEM_EVENT_RESET:
          exit.reason = Reason::kReset;
          break;
        case KVM_SYSTEM_EVENT_CRASH:
          exit.reason = Reason::kGuestCrash;
          break;
        default:
          exit.reason = Reason::kUnhandled;
          exit.detail = absl::StrCat("KVM_EXIT_SYSTEM_EVENT of type ", run_->system_event.type);
      }
      break;
    case KVM_EXIT_DEBUG:
      exit.reason = Reason::kDebug;
      exit.detail = absl::StrFormat("exception %d at 0x%x, dr6 0x%x", run_->debug.arch.exception,
                                    run_->debug.arch.pc, run_->debug.arch.dr6);
      break;
    case KVM_EXIT_FAIL_ENTRY:
      // With bit 31 the hardware refused the guest's state (Intel SDM, vol. 3, 27.8; AMD's
      // VMEXIT_INVALID has all bits). Without it KVM itself did something that it must not.
      exit.reason = (run_->fail_entry.hardware_entry_failure_reason & 0x80000000) != 0
                        ? Reason::kEntryFailed
                        : Reason::kEngineFailed;
      exit.detail =
          absl::StrFormat("KVM_EXIT_FAIL_ENTRY, hardware reason 0x%x on host CPU %d",
                          run_->fail_entry.hardware_entry_failure_reason, run_->fail_entry.cpu);
      if (exit.reason == Reason::kEngineFailed) exit.detail += kBrokenCure;
      break;
    case KVM_EXIT_INTERNAL_ERROR: {
      exit.reason = Reason::kGuestFault;
      const auto& error = run_->emulation_failure;
      switch (error.suberror) {
        case KVM_INTERNAL_ERROR_EMULATION:
          exit.detail = "KVM cannot emulate the instruction";
          if (error.ndata >= 1 &&
              (error.flags & KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES) != 0 &&
              error.insn_size <= sizeof(error.insn_bytes)) {
            exit.bytes.assign(error.insn_bytes, error.insn_bytes + error.insn_size);
          }
          break;
        case KVM_INTERNAL_ERROR_SIMUL_EX:
          exit.detail = "KVM met two exceptions at once";
          break;
        case KVM_INTERNAL_ERROR_DELIVERY_EV:
          exit.detail = "KVM could not deliver an event";
          break;
        case KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON:
          exit.detail = "KVM got an exit that it did not expect from the CPU";
          break;
        default:
          exit.detail = absl::StrCat("KVM_EXIT_INTERNAL_ERROR, suberror ", error.suberror);
      }
      break;
    }
    case kExitMemoryFault:
      return ExplainFailure(EFAULT);
    default:
      exit.reason = Reason::kUnhandled;
      exit.detail =
          absl::StrCat("exit reason ", run_->exit_reason, " (", ExitName(run_->exit_reason), ")");
      if (run_->exit_reason == KVM_EXIT_UNKNOWN) {
        absl::StrAppend(&exit.detail, ", hardware reason 0x",
                        absl::Hex(run_->hw.hardware_exit_reason));
      }
  }
  return exit;
}

absl::StatusOr<CpuRegisters> KvmVcpu::GetRegisters() { return x86_64::GetRegisters(fd_); }

absl::Status KvmVcpu::SetRegisters(const CpuRegisters& registers) {
  return x86_64::SetRegisters(fd_, registers);
}

absl::StatusOr<uint64_t> KvmVcpu::Translate(uint64_t linear) {
  kvm_translation translation{};  // KVM API 4.15
  translation.linear_address = linear;
  if (const auto called = CARDCAGE_KVM_CALL(fd_, KVM_TRANSLATE, &translation); !called.ok()) {
    return called.status();
  }
  if (translation.valid == 0) {
    return absl::NotFoundError(absl::StrFormat("linear address 0x%x is not mapped", linear));
  }
  return translation.physical_address;
}

}  // namespace cardcage
