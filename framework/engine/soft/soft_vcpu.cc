// SPDX-License-Identifier: MIT
#include "framework/engine/soft/soft_vcpu.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace cardcage {
namespace {

using x86_64::CpuState;
using x86_64::Event;

constexpr uint64_t kPageMask = kPageSize - 1;
// The soft CPU's physical addresses have 52 bits, the most that a page table can hold.
constexpr uint64_t kPhysicalEnd = uint64_t{1} << 52;

constexpr uint32_t kMostInstructionBytes = 15;

constexpr uint64_t kCr4TimeStampDisable = 1u << 2;
constexpr uint64_t kEferSyscall = 1u << 0;
constexpr uint32_t kMsrStar = 0xc0000081;
constexpr uint32_t kMsrLstar = 0xc0000082;
constexpr uint32_t kMsrFmask = 0xc0000084;

// Of an instruction: REX among them, as in 64-bit mode.
bool IsPrefix(uint8_t byte) {
  constexpr uint8_t kPrefixes[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf2, 0xf3};
  return byte >> 4 == 4 ||
         std::find(std::begin(kPrefixes), std::end(kPrefixes), byte) != std::end(kPrefixes);
}

SoftVcpu& Self(void* self) { return *static_cast<SoftVcpu*>(self); }

}  // namespace

absl::StatusOr<std::unique_ptr<SoftVcpu>> SoftVcpu::Create(GuestMemory& memory, Bus& bus) {
  auto cpu = UnicornCpu::Create();
  if (!cpu.ok()) return cpu.status();
  auto vcpu = std::unique_ptr<SoftVcpu>(new SoftVcpu(*std::move(cpu), memory, bus));
  if (absl::Status status = vcpu->MapMemory(); !status.ok()) return status;
  if (absl::Status status = vcpu->AddHooks(); !status.ok()) return status;
  return vcpu;
}

absl::Status SoftVcpu::MapMemory() {
  uint64_t mapped_to = 0;
  for (const auto& slot : memory_.slots()) {
    const AddressRange& range = slot->range();
    if (slot->kind() == MemorySlot::Kind::kReserved) continue;
    if (range.base >= kPhysicalEnd || range.size > kPhysicalEnd - range.base) {
      return absl::FailedPreconditionError(
          absl::StrFormat("memory slot %s ends beyond 0x%x, the soft CPU's last physical address",
                          slot->name(), kPhysicalEnd - 1));
    }
    if (absl::Status status = MapGap(mapped_to, range.base); !status.ok()) return status;
    const uint32_t rights = slot->kind() == MemorySlot::Kind::kRom
                                ? UC_PROT_READ | UC_PROT_EXEC
                                : static_cast<uint32_t>(UC_PROT_ALL);
    const uc_err error =
        library_.mem_map_ptr(cpu_->handle(), range.base, range.size, rights, slot->bytes().data());
    if (error != UC_ERR_OK) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "memory slot ", slot->name(), ": the soft engine: ", library_.strerror(error)));
    }
    mapped_to = range.end();
  }
  return MapGap(mapped_to, kPhysicalEnd);
}

absl::Status SoftVcpu::MapGap(uint64_t begin, uint64_t end) {
  if (begin == end) return absl::OkStatus();
  gaps_.push_back(std::make_unique<Gap>(Gap{this, begin}));
  Gap* const gap = gaps_.back().get();
  const uc_err error =
      library_.mmio_map(cpu_->handle(), begin, end - begin, &OnGapRead, gap, &OnGapWrite, gap);
  if (error == UC_ERR_OK) return absl::OkStatus();
  return absl::InternalError(
      absl::StrFormat("the soft engine: 0x%x to 0x%x: %s", begin, end, library_.strerror(error)));
}

absl::Status SoftVcpu::AddHooks() {
  uc_err error = UC_ERR_OK;
  const auto add = [&](int type, auto* callback, auto... more) {
    uc_hook hook = 0;
    // From 1 to 0: everywhere.
    const uc_err result =
        library_.hook_add(cpu_->handle(), &hook, type, reinterpret_cast<void*>(callback), this,
                          uint64_t{1}, uint64_t{0}, more...);
    if (result != UC_ERR_OK) error = result;
  };
  add(UC_HOOK_CODE, &OnCode);
  add(UC_HOOK_EDGE_GENERATED, &OnBlockMade);
  add(UC_HOOK_INTR, &OnInterrupt);
  add(UC_HOOK_INSN_INVALID, &OnInvalid);
  add(UC_HOOK_INSN, &OnIn, UC_X86_INS_IN);
  add(UC_HOOK_INSN, &OnOut, UC_X86_INS_OUT);
  add(UC_HOOK_INSN, &OnSyscall, UC_X86_INS_SYSCALL);
  add(UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, &OnMemory);
  add(UC_HOOK_MEM_INVALID, &OnMemoryTrouble);
  if (error == UC_ERR_OK) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("the soft engine: Unicorn ", cpu_->Version(), ": ", library_.strerror(error)));
}

// --- Running ---------------------------------------------------------------------------------------

VmExit SoftVcpu::Run() {
  if (!has_started_) {
    // The library tells of all code that it translates, but for the very first.
    has_started_ = true;
    const uint64_t begin = cpu_->Load().registers.InstructionAddress();
    NoteCode(begin, kPageSize - (begin & kPageMask));
  }
  for (;;) {
    // An exchange, so that what the kicker did before the kick is seen after this.
    if (kicked_.exchange(false)) return {};
    RunTimers();
    std::optional<VmExit> exit;
    const uint64_t most = BeforeSlice(exit);
    if (exit) return *std::move(exit);
    if (is_halted_) {
      // Time that a CPU waits for is skipped, where it is the CPU's to drive.
      if (const uint64_t next = clock_ == nullptr ? VirtualClock::kNever : clock_->Next();
          next != VirtualClock::kNever) {
        skipped_ += next - std::min(next, Time());
        continue;
      }
      return Halt();
    }
    RunSlice(most);
    if (exit = Settle(); exit) return *std::move(exit);
  }
}

absl::Status SoftVcpu::DriveClock(DrivenClock& clock) {
  clock_ = &clock;
  accessor_.wait = [this] { AwaitAnswer(); };
  return absl::OkStatus();
}

void SoftVcpu::RunTimers() {
  if (clock_ != nullptr) clock_->RunTo(Time());
}

void SoftVcpu::AwaitAnswer() {
  constexpr std::chrono::milliseconds kLook{1};  // where nothing on the clock can bring it
  while (!accessor_.answer.WaitFor({})) {
    if (const uint64_t next = clock_->Next(); next != VirtualClock::kNever) {
      skipped_ += next - std::min(next, Time());
      RunTimers();
    } else if (accessor_.answer.WaitFor(kLook)) {
      return;
    }
  }
}

uint64_t SoftVcpu::UntilTimer() const {
  const uint64_t next = clock_ == nullptr ? VirtualClock::kNever : clock_->Next();
  if (next == VirtualClock::kNever) return kSlice;
  const uint64_t now = Time();
  if (next <= now) return 1;
  return std::min(kSlice, (next - now - 1) / kNanosecondsPerInstruction + 1);
}

// An instruction may let no interrupt in behind it (STI, POP SS, MOV SS: SDM, vol. 3, 6.8.3). Which one was
// the last is not known in the middle of a run, so with interrupts allowed one more is executed, which can
// be looked at before.
uint64_t SoftVcpu::BeforeSlice(std::optional<VmExit>& exit) {
  awaits_window_ = false;
  if (!has_interrupts() || !interrupt_line()) {
    is_open_ = false;
    return UntilTimer();
  }
  const CpuRegisters registers = cpu_->Load().registers;
  if ((registers.rflags & CpuRegisters::kRflagsInterrupts) == 0) {
    is_open_ = false;
    awaits_window_ = true;
    return UntilTimer();
  }
  if (!is_halted_ && !is_open_) {
    is_open_ = !BlocksInterrupts(registers);
    return 1;
  }
  is_halted_ = false;
  is_open_ = false;
  exit = DeliverEvent({.kind = Event::Kind::kHardware,
                       .vector = Acknowledge(),
                       .return_rip = registers.rip,
                       .fault_rip = registers.rip});
  return UntilTimer();
}

// Whether the next instruction is POP SS or MOV SS. STI is not, where interrupts are allowed already.
bool SoftVcpu::BlocksInterrupts(const CpuRegisters& registers) {
  constexpr uint8_t kPopSs = 0x17;
  constexpr uint8_t kMovToSegment = 0x8e;
  constexpr uint8_t kSegmentSs = 2;  // of the ModRM byte's middle field
  const uint64_t linear = registers.InstructionAddress();
  const auto byte_at = [&](uint64_t offset) {
    const std::byte* const byte = Locate(registers, linear + offset).host;
    return byte == nullptr ? uint8_t{0} : std::to_integer<uint8_t>(*byte);
  };
  uint64_t at = 0;
  while (at < kMostInstructionBytes && IsPrefix(byte_at(at))) ++at;
  return byte_at(at) == kPopSs ||
         (byte_at(at) == kMovToSegment && (byte_at(at + 1) >> 3 & 7) == kSegmentSs);
}

void SoftVcpu::RunSlice(uint64_t most) {
  slice_end_ = executed_ + most;
  limit_ = awaits_window_ ? executed_ : slice_end_;
  stop_ = Stop::kNone;
  trouble_.clear();
  const char* why = nullptr;
  if (const auto error = cpu_->Execute(&why)) {
    error_ = *error;
  } else {
    stop_ = Stop::kFailed;
    trouble_ = absl::StrFormat("Unicorn cannot translate the code here (%s)", why);
  }
  RestoreRom();
}

std::optional<VmExit> SoftVcpu::Settle() {
  switch (stop_) {
    case Stop::kSlice:
      return {};
    case Stop::kEvent:
      return DeliverEvent(event_);
    case Stop::kTimeStamp:
      ExecuteTimeStamp();
      return {};
    case Stop::kSyscall:
      return ExecuteSyscall();
    case Stop::kNone:
      if (VmExit exit = Explain(); !is_halted_ || !has_interrupts()) return exit;
      return {};
    case Stop::kUnknown:
    case Stop::kFailed:
      return Explain();
  }
  return Explain();
}

std::optional<VmExit> SoftVcpu::DeliverEvent(Event event) {
  CpuState state = cpu_->Load();
  const x86_64::Delivery delivery = Deliver(state, *this, event);
  // Where it failed, RIP is that of the instruction, as a fault report shows it.
  if (delivery != x86_64::Delivery::kDone) state.registers.rip = event.fault_rip;
  cpu_->Store(state);
  VmExit exit;
  switch (delivery) {
    case x86_64::Delivery::kDone:
      return {};
    case x86_64::Delivery::kShutdown:
      exit.reason = VmExit::Reason::kShutdown;
      exit.detail = absl::StrFormat("it began with vector %d", event.vector);
      break;
    case x86_64::Delivery::kTaskGate:
      exit.reason = VmExit::Reason::kGuestFault;
      exit.detail = absl::StrFormat(
          "vector %d leads to a task gate, and the soft CPU does not "
          "switch tasks",
          event.vector);
      break;
  }
  return exit;
}

// RDTSC reads the instructions executed: the same in each run, and it never stands still.
void SoftVcpu::ExecuteTimeStamp() {
  CpuState state = cpu_->Load();
  state.registers.rax = executed_ & 0xffffffff;
  state.registers.rdx = executed_ >> 32;
  state.registers.rip += size_;
  ++executed_;
  cpu_->Store(state);
}

// SYSCALL in 64-bit mode (Intel SDM, vol. 2, SYSCALL), which Unicorn leaves to us whole.
std::optional<VmExit> SoftVcpu::ExecuteSyscall() {
  CpuState state = cpu_->Load();
  CpuRegisters& r = state.registers;
  const auto read_msr = [this](uint32_t number) {
    uc_x86_msr msr{.rid = number, .value = 0};
    library_.reg_read(cpu_->handle(), UC_X86_REG_MSR, &msr);
    return msr.value;
  };
  if ((r.efer & kEferSyscall) == 0) {
    const uint64_t rip = r.rip - size_;
    return DeliverEvent({.vector = x86_64::kInvalidOpcode, .return_rip = rip, .fault_rip = rip});
  }
  const uint64_t star = read_msr(kMsrStar);
  r.rcx = r.rip;
  r.r11 = r.rflags;
  r.rip = read_msr(kMsrLstar);
  r.rflags = (r.rflags & ~read_msr(kMsrFmask)) | 2;
  const auto selector = static_cast<uint16_t>(star >> 32 & 0xfffc);
  r.cs = {.selector = selector,
          .limit = 0xffffffff,
          .type = 11,
          .long_mode = true,
          .granularity = true};
  r.ss = {.selector = static_cast<uint16_t>(selector + 8),
          .limit = 0xffffffff,
          .default_32 = true,
          .granularity = true};
  state.privilege = 0;
  cpu_->Store(state);
  return {};
}

VmExit SoftVcpu::Explain() {
  VmExit exit;
  if (stop_ == Stop::kUnknown) {
    exit.reason = VmExit::Reason::kUnhandled;
    exit.detail = absl::StrFormat("Unicorn's event 0x%x", unknown_);
    return exit;
  }
  if (error_ != UC_ERR_OK || stop_ == Stop::kFailed) {
    exit.reason = VmExit::Reason::kGuestFault;
    exit.detail = trouble_.empty() ? library_.strerror(error_) : trouble_;
    return exit;
  }
  // Without an error and without a word it stops at a HLT.
  return Halt();
}

VmExit SoftVcpu::Halt() {
  VmExit exit;
  exit.reason = VmExit::Reason::kHalt;
  exit.interrupts_enabled = (cpu_->Read(UC_X86_REG_RFLAGS) & CpuRegisters::kRflagsInterrupts) != 0;
  is_halted_ = exit.interrupts_enabled;
  return exit;
}

absl::Status SoftVcpu::SetRegisters(const CpuRegisters& registers) {
  CpuState state = cpu_->Load();
  state.registers = registers;
  is_halted_ = false;
  const bool is_protected = (registers.cr0 & CpuRegisters::kCr0Protected) != 0;
  state.privilege = is_protected ? registers.cs.selector & 3 : 0;
  // As a CPU does it when paging goes on (SDM, vol. 3, 9.8.5).
  const bool is_long = (registers.cr0 & CpuRegisters::kCr0Paging) != 0 &&
                       (registers.efer & CpuRegisters::kEferLongEnable) != 0;
  if (is_long && (registers.cr4 & CpuRegisters::kCr4Pae) == 0) {
    return absl::InvalidArgumentError("the CPU refuses 64-bit mode without CR4.PAE");
  }
  if ((registers.cr0 & CpuRegisters::kCr0Paging) != 0 && !is_protected) {
    return absl::InvalidArgumentError("the CPU refuses CR0.PG without CR0.PE");
  }
  state.registers.efer = is_long ? registers.efer | CpuRegisters::kEferLongActive
                                 : registers.efer & ~CpuRegisters::kEferLongActive;
  cpu_->Store(state);
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> SoftVcpu::Translate(uint64_t linear) {
  const x86_64::Translation found = x86_64::Translate(cpu_->Load().registers, *this, linear, {});
  if (found.ok) return found.physical;
  return absl::NotFoundError(absl::StrFormat("linear address 0x%x is not mapped", linear));
}

// --- The CPU's own reach into memory ---------------------------------------------------------------

uint64_t SoftVcpu::Read(uint64_t address, unsigned size) {
  uint64_t value = 0;
  const absl::Status read =
      memory_.Read(address, std::as_writable_bytes(std::span(&value, 1)).first(size));
  return read.ok() ? value : ~uint64_t{0} >> (64 - 8 * size);
}

void SoftVcpu::Write(uint64_t address, unsigned size, uint64_t value) {
  const MemorySlot* slot = memory_.Find(address);
  if (slot == nullptr || slot->kind() != MemorySlot::Kind::kRam) return;
  if (!memory_.Write(address, std::as_bytes(std::span(&value, 1)).first(size)).ok()) return;
  // Unicorn does not see this write, and has to forget what it has translated of these bytes.
  const auto code = code_.find(address / kPageSize);
  if (code == code_.end() || address >= code->second.end || address + size <= code->second.begin) {
    return;
  }
  // It wants to be told by linear address. Where that leads elsewhere by now it forgets everything,
  // which takes it seconds.
  const uint64_t linear = code->second.linear_page + (address & kPageMask);
  if (Locate(cpu_->Load().registers, linear).physical == address) {
    library_.ctl(cpu_->handle(), UC_CTL_WRITE(UC_CTL_TB_REMOVE_CACHE, 2), linear, linear + size);
  } else {
    library_.ctl(cpu_->handle(), UC_CTL_WRITE(UC_CTL_TB_FLUSH, 0));
    code_.clear();
  }
}

SoftVcpu::Location SoftVcpu::Locate(const CpuRegisters& registers, uint64_t linear) {
  const x86_64::Translation found = x86_64::Translate(registers, *this, linear, {});
  if (!found.ok) return {};
  const MemorySlot* slot = memory_.Find(found.physical);
  if (slot == nullptr || slot->bytes().empty()) return {};
  return {.physical = found.physical,
          .host = slot->bytes().data() + (found.physical - slot->range().base)};
}

void SoftVcpu::RestoreRom() {
  // The latest first: a write over a write is taken back in order.
  for (; !rom_.empty(); rom_.pop_back()) *rom_.back().at = rom_.back().value;
}

// --- Time ------------------------------------------------------------------------------------------

void SoftVcpu::NoteCode(uint64_t linear, size_t size) {
  const CpuRegisters registers = cpu_->Load().registers;
  for (size_t done = 0; done < size;) {
    const size_t part = std::min(size - done, kPageSize - ((linear + done) & kPageMask));
    const Location code = Locate(registers, linear + done);
    if (code.host != nullptr) {
      const auto [known, is_new] = code_.try_emplace(
          code.physical / kPageSize,
          Extent{code.physical, code.physical + part, (linear + done) & ~kPageMask});
      if (!is_new) {
        known->second.linear_page = (linear + done) & ~kPageMask;
        known->second.begin = std::min(known->second.begin, code.physical);
        known->second.end = std::max(known->second.end, code.physical + part);
      }
      // RDTSC is 0F 31, which may also be part of something else: a candidate is looked at when the
      // CPU comes to it.
      for (size_t i = 0; i < part; ++i) {
        if (code.host[i] != std::byte{0x31}) continue;
        time_stamps_.set((linear + done + i) & kPageMask);
        any_time_stamp_ = true;
      }
    }
    done += part;
  }
}

bool SoftVcpu::IsTimeStampAt(uint64_t linear, unsigned size) {
  if (size > kMostInstructionBytes) return false;  // Unicorn's word for what it cannot decode
  const CpuState state = cpu_->Load();
  const auto locate = [&](uint64_t at) { return Locate(state.registers, at).host; };
  const std::byte* const first = locate(linear + size - 2);
  const std::byte* const second = locate(linear + size - 1);
  if (first == nullptr || second == nullptr || *first != std::byte{0x0f} ||
      *second != std::byte{0x31}) {
    return false;
  }
  // Only prefixes stand before it.
  for (unsigned i = 0; i + 2 < size; ++i) {
    const std::byte* const byte = locate(linear + i);
    if (byte == nullptr) return false;
    if (!IsPrefix(std::to_integer<uint8_t>(*byte))) return false;
  }
  // Where the guest forbids it, it is Unicorn's to raise #GP.
  return state.privilege == 0 || (state.registers.cr4 & kCr4TimeStampDisable) == 0;
}

// --- What Unicorn calls ----------------------------------------------------------------------------

bool SoftVcpu::AtLimit() {
  RestoreRom();
  const bool is_open =
      awaits_window_ && (cpu_->Read(UC_X86_REG_RFLAGS) & CpuRegisters::kRflagsInterrupts) != 0;
  if (executed_ < slice_end_ && !is_open && !kicked_.load(std::memory_order_relaxed)) {
    limit_ = awaits_window_ ? executed_ + 1 : slice_end_;
    return false;
  }
  stop_ = Stop::kSlice;
  library_.emu_stop(cpu_->handle());
  return true;
}

// Before each instruction. To stop here is to stop before it.
void SoftVcpu::OnCode(uc_engine*, uint64_t address, uint32_t size, void* self) {
  SoftVcpu& vcpu = Self(self);
  if (vcpu.executed_ >= vcpu.limit_ && vcpu.AtLimit()) [[unlikely]]
    return;
  vcpu.size_ = size;
  if (vcpu.any_time_stamp_ && size >= 2 && vcpu.time_stamps_[(address + size - 1) & kPageMask] &&
      vcpu.IsTimeStampAt(address, size)) [[unlikely]] {
    vcpu.stop_ = Stop::kTimeStamp;
    vcpu.library_.emu_stop(vcpu.cpu_->handle());
    return;
  }
  ++vcpu.executed_;
}

void SoftVcpu::OnBlockMade(uc_engine*, uc_tb* made, uc_tb* /*before*/, void* self) {
  SoftVcpu& vcpu = Self(self);
  vcpu.NoteCode(made->pc, made->size);
  // To translate takes as long as to execute thousands: code that changes itself must not make a slice
  // last.
  if (vcpu.kicked_.load(std::memory_order_relaxed)) vcpu.RequestLook();
}

void SoftVcpu::OnInterrupt(uc_engine*, uint32_t number, void* self) {
  SoftVcpu& vcpu = Self(self);
  const UnicornCpu::Exception exception = vcpu.cpu_->TakeException();
  if (number > 0xff) {
    vcpu.unknown_ = number;
    vcpu.stop_ = Stop::kUnknown;
  } else {
    vcpu.event_ = {
        .kind = exception.is_software ? Event::Kind::kSoftware : Event::Kind::kException,
        .vector = static_cast<uint8_t>(number),
        .error_code = exception.error_code,
        .return_rip = exception.next_rip,
        .fault_rip = exception.is_software ? exception.next_rip - vcpu.size_ : exception.next_rip};
    vcpu.stop_ = Stop::kEvent;
  }
  vcpu.library_.emu_stop(vcpu.cpu_->handle());
}

bool SoftVcpu::OnInvalid(uc_engine*, void* self) {
  SoftVcpu& vcpu = Self(self);
  const uint64_t rip = vcpu.cpu_->Read(UC_X86_REG_RIP);
  vcpu.event_ = {.vector = x86_64::kInvalidOpcode, .return_rip = rip, .fault_rip = rip};
  vcpu.stop_ = Stop::kEvent;
  return false;
}

void SoftVcpu::OnSyscall(uc_engine*, void* self) {
  SoftVcpu& vcpu = Self(self);
  vcpu.stop_ = Stop::kSyscall;
  vcpu.library_.emu_stop(vcpu.cpu_->handle());
}

// The device sees the time as it is at this instruction.
void SoftVcpu::Serving() {
  if (clock_ != nullptr) clock_->GoTo(Time());
}

// It is remembered, and a device that wants the CPU to stop, or has set a timer, is heard.
void SoftVcpu::Served(const AccessTrail::Entry& access) {
  trail_.Add(access);
  if (clock_ != nullptr) {
    slice_end_ = std::min(slice_end_, executed_ + UntilTimer());
    limit_ = std::min(limit_, slice_end_);
  }
  if (kicked_.load(std::memory_order_relaxed)) RequestLook();
}

uint32_t SoftVcpu::OnIn(uc_engine*, uint32_t port, int size, void* self) {
  SoftVcpu& vcpu = Self(self);
  const auto bytes = static_cast<unsigned>(size);
  vcpu.Serving();
  const uint64_t value = vcpu.bus_.ports.Read(vcpu.accessor_, port, bytes);
  vcpu.Served({.address = port,
               .value = value,
               .count = 1,
               .size = static_cast<uint8_t>(bytes),
               .is_port = true,
               .is_write = false});
  return static_cast<uint32_t>(value);
}

void SoftVcpu::OnOut(uc_engine*, uint32_t port, int size, uint32_t value, void* self) {
  SoftVcpu& vcpu = Self(self);
  const auto bytes = static_cast<unsigned>(size);
  vcpu.Serving();
  vcpu.bus_.ports.Write(vcpu.accessor_, port, bytes, value);
  vcpu.Served({.address = port,
               .value = value,
               .count = 1,
               .size = static_cast<uint8_t>(bytes),
               .is_port = true,
               .is_write = true});
}

void SoftVcpu::OnMemory(uc_engine*, uc_mem_type type, uint64_t address, int size, int64_t value,
                        void* self) {
  SoftVcpu& vcpu = Self(self);
  vcpu.access_.Begin(type == UC_MEM_WRITE, address, static_cast<unsigned>(size),
                     static_cast<uint64_t>(value), vcpu.executed_);
  vcpu.is_counted_ = false;
}

// True where the access may go on.
bool SoftVcpu::OnMemoryTrouble(uc_engine*, uc_mem_type type, uint64_t address, int size,
                               int64_t /*value*/, void* self) {
  SoftVcpu& vcpu = Self(self);
  const CpuState state = vcpu.cpu_->Load();
  if (type == UC_MEM_WRITE_PROT) {
    // ROM: the write is let through and taken back before the next instruction, as if dropped.
    for (unsigned done = 0; done < static_cast<unsigned>(size); ++done) {
      std::byte* const at = vcpu.Locate(state.registers, address + done).host;
      if (at != nullptr) vcpu.rom_.push_back({.at = at, .value = *at});
    }
    if (!std::exchange(vcpu.is_counted_, true)) vcpu.accessor_.dropped.Add();
    vcpu.RequestLook();
    return true;
  }
  const bool is_long = (state.registers.efer & CpuRegisters::kEferLongActive) != 0;
  if (is_long && !x86_64::IsCanonical(address)) {
    vcpu.event_ = {.vector = x86_64::kGeneralProtection,
                   .return_rip = state.registers.rip,
                   .fault_rip = state.registers.rip};
    vcpu.stop_ = Stop::kEvent;
    return false;
  }
  const bool is_fetch = type == UC_MEM_FETCH_PROT || type == UC_MEM_FETCH_UNMAPPED;
  vcpu.trouble_ = absl::StrFormat("there is no memory at 0x%x%s", address,
                                  is_fetch ? ", so no instruction can be fetched" : "");
  return false;
}

uint64_t SoftVcpu::OnGapRead(uc_engine*, uint64_t offset, unsigned size, void* gap) {
  SoftVcpu& vcpu = *static_cast<Gap*>(gap)->vcpu;
  const uint64_t physical = static_cast<Gap*>(gap)->base + offset;
  const MemoryAccess::Portion portion =
      vcpu.access_.Find(/*is_write=*/false, physical, size, 0, vcpu.executed_);
  if (portion.is_new) {
    vcpu.Serving();
    const uint64_t value = vcpu.bus_.mmio.Read(vcpu.accessor_, portion.physical, portion.size);
    vcpu.access_.Answer(portion, value);
    vcpu.Served({.address = portion.physical,
                 .value = value,
                 .count = 1,
                 .size = static_cast<uint8_t>(portion.size),
                 .is_port = false,
                 .is_write = false});
  }
  return vcpu.access_.Extract(physical, size);
}

void SoftVcpu::OnGapWrite(uc_engine*, uint64_t offset, unsigned size, uint64_t value, void* gap) {
  SoftVcpu& vcpu = *static_cast<Gap*>(gap)->vcpu;
  const uint64_t physical = static_cast<Gap*>(gap)->base + offset;
  const MemoryAccess::Portion portion =
      vcpu.access_.Find(/*is_write=*/true, physical, size, value, vcpu.executed_);
  if (!portion.is_new) return;
  vcpu.Serving();
  vcpu.bus_.mmio.Write(vcpu.accessor_, portion.physical, portion.size, portion.value);
  vcpu.Served({.address = portion.physical,
               .value = portion.value,
               .count = 1,
               .size = static_cast<uint8_t>(portion.size),
               .is_port = false,
               .is_write = true});
}

}  // namespace cardcage
