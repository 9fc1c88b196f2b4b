// SPDX-License-Identifier: MIT
#include "framework/engine/soft/unicorn_cpu.h"

#include <array>
#include <cstring>
#include <optional>

#include "absl/strings/str_cat.h"

namespace cardcage {
namespace {

using x86_64::CpuState;

// The order of the segments in a context.
enum SegmentIndex : size_t { kEs, kCs, kSs, kDs, kFs, kGs, kLdtr, kTr, kGdtr, kIdtr };
constexpr size_t kSegmentSize = 24;  // selector, padding, base, limit, flags

// Bits of the hidden flags: what the translated code depends on, worked out from the state.
constexpr uint32_t kHiddenCode32 = 1u << 4;
constexpr uint32_t kHiddenStack32 = 1u << 5;
constexpr uint32_t kHiddenAddSegment = 1u << 6;  // bases count
constexpr uint32_t kHiddenProtected = 1u << 7;
constexpr uint32_t kHiddenCr0Shift = 8;  // MP, EM, TS: bits 1 to 3 become 9 to 11
constexpr uint32_t kHiddenCr0Bits = 0xe00;
constexpr uint32_t kHiddenLong = 1u << 14;
constexpr uint32_t kHiddenCode64 = 1u << 15;
constexpr uint32_t kHiddenSse = 1u << 22;
constexpr uint64_t kCr4Sse = 1u << 9;  // OSFXSR
constexpr uint64_t kVirtual8086 = 1u << 17;

uint32_t HiddenFlags(const CpuState& state) {
  const CpuRegisters& r = state.registers;
  const bool is_protected = (r.cr0 & CpuRegisters::kCr0Protected) != 0;
  const bool is_virtual = (r.rflags & kVirtual8086) != 0;
  const bool is_long = (r.efer & CpuRegisters::kEferLongActive) != 0;
  uint32_t flags = is_protected ? state.privilege | kHiddenProtected : 0;
  flags |= static_cast<uint32_t>(r.cr0) << kHiddenCr0Shift & kHiddenCr0Bits;
  if (is_long) flags |= kHiddenLong;
  if ((r.cr4 & kCr4Sse) != 0) flags |= kHiddenSse;
  if (is_long && r.cs.long_mode) return flags | kHiddenCode64 | kHiddenCode32 | kHiddenStack32;
  if (r.cs.default_32) flags |= kHiddenCode32;
  if (r.ss.default_32) flags |= kHiddenStack32;
  if (!is_protected || is_virtual || !r.cs.default_32 || (r.ds.base | r.es.base | r.ss.base) != 0) {
    flags |= kHiddenAddSegment;
  }
  return flags;
}

// Flags of a segment are bits 8 to 23 of its descriptor's second half, in place (SDM, vol. 3, 3.4.5).
uint32_t ToFlags(const Segment& s) {
  return uint32_t{s.type} << 8 | uint32_t{s.code_or_data} << 12 | uint32_t{s.privilege} << 13 |
         uint32_t{s.present} << 15 | uint32_t{s.long_mode} << 21 | uint32_t{s.default_32} << 22 |
         uint32_t{s.granularity} << 23;
}

// In the order of the context, RIP last.
constexpr std::array kGeneral = {&CpuRegisters::rax, &CpuRegisters::rcx, &CpuRegisters::rdx,
                                 &CpuRegisters::rbx, &CpuRegisters::rsp, &CpuRegisters::rbp,
                                 &CpuRegisters::rsi, &CpuRegisters::rdi, &CpuRegisters::r8,
                                 &CpuRegisters::r9,  &CpuRegisters::r10, &CpuRegisters::r11,
                                 &CpuRegisters::r12, &CpuRegisters::r13, &CpuRegisters::r14,
                                 &CpuRegisters::r15, &CpuRegisters::rip};

}  // namespace

absl::StatusOr<std::unique_ptr<UnicornCpu>> UnicornCpu::Create() {
  const auto library = UnicornLibrary::Get();
  if (!library.ok()) return library.status();
  auto cpu = std::unique_ptr<UnicornCpu>(new UnicornCpu(**library));
  if (absl::Status status = cpu->Open(); !status.ok()) return status;
  if (absl::Status status = cpu->FindLayout(); !status.ok()) return status;
  cpu->Reset();
  return cpu;
}

UnicornCpu::~UnicornCpu() {
  context_.reset();
  // What has failed is left as it is.
  if (handle_ != nullptr && !failed_) library_.close(handle_);
}

std::string UnicornCpu::Version() const {
  unsigned major = 0;
  unsigned minor = 0;
  library_.version(&major, &minor);
  return absl::StrCat(major, ".", minor);
}

absl::Status UnicornCpu::Open() {
  // In 64-bit mode the names reach all of each register; where the guest begins is set afterwards. The
  // library makes its CPU with the first call behind uc_open.
  uc_err error = UC_ERR_OK;
  uc_context* context = nullptr;
  const char* why = nullptr;
  const bool done = UnicornLibrary::Guard(
      [&] {
        error = library_.open(UC_ARCH_X86, UC_MODE_64, &handle_);
        if (error != UC_ERR_OK) return;
        // No address ends the guest.
        error = library_.ctl(handle_, UC_CTL_WRITE(UC_CTL_UC_USE_EXITS, 1), 1);
        if (error == UC_ERR_OK) error = library_.context_alloc(handle_, &context);
      },
      &why);
  if (done && error == UC_ERR_OK) {
    context_ = {context, ContextDeleter{&library_}};
    return absl::OkStatus();
  }
  failed_ = !done;
  return absl::ResourceExhaustedError(
      absl::StrCat("the soft engine cannot make a CPU: ", done ? library_.strerror(error) : why,
                   "\n  cure:  it reserves 1 GiB of addresses for translated code; `ulimit -v` "
                   "shows the limit"));
}

std::optional<uc_err> UnicornCpu::Execute(const char** why) {
  uc_err error = UC_ERR_OK;
  const bool done = UnicornLibrary::Guard(
      [&] { error = library_.emu_start(handle_, Read(UC_X86_REG_RIP), ~uint64_t{0}, 0, 0); }, why);
  if (done) return error;
  failed_ = true;
  return std::nullopt;
}

uint64_t UnicornCpu::Read(uc_x86_reg name) const {
  uint64_t value = 0;
  library_.reg_read(handle_, name, &value);
  return value;
}

void UnicornCpu::Write(uc_x86_reg name, uint64_t value) {
  library_.reg_write(handle_, name, &value);
}

void UnicornCpu::Save() { library_.context_save(handle_, context_.get()); }
void UnicornCpu::Restore() { library_.context_restore(handle_, context_.get()); }

template <class T>
T UnicornCpu::Get(size_t offset) const {
  T value{};
  std::memcpy(&value, reinterpret_cast<const char*>(context_.get()) + offset, sizeof(T));
  return value;
}

template <class T>
void UnicornCpu::Put(size_t offset, T value) {
  std::memcpy(reinterpret_cast<char*>(context_.get()) + offset, &value, sizeof(T));
}

// Each part is anchored by a value that was written by name and occurs once; what lies around an
// anchor is checked to be what it must be.
absl::Status UnicornCpu::FindLayout() {
  const auto mark = [](uint64_t n) { return 0x5ca1ab1e00000000 | n << 12; };
  Write(UC_X86_REG_RAX, mark(1));
  Write(UC_X86_REG_R15, mark(2));
  Write(UC_X86_REG_RIP, mark(3));
  Write(UC_X86_REG_FS_BASE, mark(4));
  Write(UC_X86_REG_GS_BASE, mark(5));
  Write(UC_X86_REG_CR2, mark(6));
  Write(UC_X86_REG_DR0, mark(7));
  Write(UC_X86_REG_DR3, mark(8));
  constexpr struct {
    uc_x86_reg name;
    SegmentIndex index;
  } kTables[] = {{UC_X86_REG_LDTR, kLdtr},
                 {UC_X86_REG_TR, kTr},
                 {UC_X86_REG_GDTR, kGdtr},
                 {UC_X86_REG_IDTR, kIdtr}};
  for (const auto& [name, index] : kTables) {
    const uc_x86_mmr table{.selector = 0, .base = mark(16 + index), .limit = 0x1234, .flags = 0};
    library_.reg_write(handle_, name, &table);
  }
  Save();
  const size_t size = library_.context_size(handle_);
  const auto find = [&](uint64_t value) -> std::optional<size_t> {
    std::optional<size_t> found;
    for (size_t at = 0; at + sizeof(value) <= size; at += 4) {
      if (Get<uint64_t>(at) != value) continue;
      if (found) return std::nullopt;
      found = at;
    }
    return found;
  };
  const auto rax = find(mark(1));
  const auto fs_base = find(mark(4));
  const auto cr2 = find(mark(6));
  const auto dr0 = find(mark(7));
  bool known = rax && fs_base && cr2 && dr0;
  if (known) {
    constexpr size_t kWord = 8;
    const size_t rip = *rax + 16 * kWord;
    layout_ = {
        .registers = *rax,
        // Behind RIP: RFLAGS, three operands and the kind of the last comparison, direction.
        .hidden_flags = rip + 6 * kWord,
        .segments = *fs_base - kWord - kFs * kSegmentSize,
        .control = *cr2 - 2 * kWord,
        .efer = *cr2 - 2 * kWord + 17 * kWord,
        // Before the debug registers: error code, whether INT n, where that returns to.
        .error_code = *dr0 - 2 * kWord,
        // Behind the debug registers and the four breakpoints made of them.
        .old_exception = *dr0 + 12 * kWord,
    };
    const auto base = [&](size_t index) {
      return Get<uint64_t>(layout_.segments + index * kSegmentSize + kWord);
    };
    constexpr uint32_t kHidden64 =
        kHiddenProtected | kHiddenLong | kHiddenCode64 | kHiddenCode32 | kHiddenStack32;
    known = layout_.old_exception + 4 <= size && Get<uint64_t>(*rax + 15 * kWord) == mark(2) &&
            Get<uint64_t>(rip) == mark(3) && base(kGs) == mark(5) &&
            Get<uint64_t>(*dr0 + 3 * kWord) == mark(8) &&
            (Get<uint32_t>(layout_.hidden_flags) & kHidden64) == kHidden64 &&
            (Get<uint64_t>(layout_.efer) & CpuRegisters::kEferLongActive) != 0 &&
            (Get<uint64_t>(layout_.control) & CpuRegisters::kCr0Protected) != 0 &&
            Get<int32_t>(layout_.old_exception) == -1;
    for (const auto& [name, index] : kTables) {
      known = known && base(index) == mark(16 + index) &&
              Get<uint32_t>(layout_.segments + index * kSegmentSize + 16) == 0x1234;
    }
  }
  if (!known) {
    return absl::UnavailableError(
        absl::StrCat("the soft engine does not know the inside of this Unicorn, version ",
                     Version(), "\n  cure:  Debian 12's package libunicorn-dev, and build again"));
  }
  return absl::OkStatus();
}

// SDM, vol. 3, table 10-1.
void UnicornCpu::Reset() {
  CpuState state;
  state.registers.cs.selector = 0xf000;
  state.registers.cs.base = 0xffff0000;
  state.ldt = {.type = 2, .code_or_data = false};
  state.tr = {.type = 11, .code_or_data = false};
  Store(state);
  for (const uc_x86_reg name : {UC_X86_REG_DR0, UC_X86_REG_DR3}) Write(name, 0);
  Write(UC_X86_REG_FPCW, 0x40);
  Write(UC_X86_REG_FPTAG, 0x5555);
  Write(UC_X86_REG_MXCSR, 0x1f80);
}

Segment UnicornCpu::GetSegment(size_t index) const {
  const size_t at = layout_.segments + index * kSegmentSize;
  const auto flags = Get<uint32_t>(at + 20);
  const auto bit = [flags](unsigned number) { return (flags >> number & 1) != 0; };
  return {.selector = static_cast<uint16_t>(Get<uint32_t>(at)),
          .base = Get<uint64_t>(at + 8),
          .limit = Get<uint32_t>(at + 16),
          .type = static_cast<uint8_t>(flags >> 8 & 0xf),
          .present = bit(15),
          .privilege = static_cast<uint8_t>(flags >> 13 & 3),
          .default_32 = bit(22),
          .code_or_data = bit(12),
          .long_mode = bit(21),
          .granularity = bit(23)};
}

void UnicornCpu::PutSegment(size_t index, const Segment& segment) {
  const size_t at = layout_.segments + index * kSegmentSize;
  Put<uint32_t>(at, segment.selector);
  Put<uint64_t>(at + 8, segment.base);
  Put<uint32_t>(at + 16, segment.limit);
  Put<uint32_t>(at + 20, ToFlags(segment));
}

CpuState UnicornCpu::Load() {
  CpuState state;
  CpuRegisters& r = state.registers;
  r.rflags = Read(UC_X86_REG_RFLAGS);
  Save();
  for (size_t i = 0; i < kGeneral.size(); ++i) {
    r.*kGeneral[i] = Get<uint64_t>(layout_.registers + 8 * i);
  }
  r.es = GetSegment(kEs);
  r.cs = GetSegment(kCs);
  r.ss = GetSegment(kSs);
  r.ds = GetSegment(kDs);
  r.fs = GetSegment(kFs);
  r.gs = GetSegment(kGs);
  state.ldt = GetSegment(kLdtr);
  state.tr = GetSegment(kTr);
  const Segment gdt = GetSegment(kGdtr);
  const Segment idt = GetSegment(kIdtr);
  r.gdt = {.base = gdt.base, .limit = static_cast<uint16_t>(gdt.limit)};
  r.idt = {.base = idt.base, .limit = static_cast<uint16_t>(idt.limit)};
  r.cr0 = Get<uint64_t>(layout_.control);
  r.cr2 = Get<uint64_t>(layout_.control + 16);
  r.cr3 = Get<uint64_t>(layout_.control + 24);
  r.cr4 = Get<uint64_t>(layout_.control + 32);
  r.efer = Get<uint64_t>(layout_.efer);
  state.privilege = Get<uint32_t>(layout_.hidden_flags) & 3;
  return state;
}

void UnicornCpu::Store(const CpuState& state) {
  const CpuRegisters& r = state.registers;
  Save();
  const bool translation_changes =
      r.cr0 != Get<uint64_t>(layout_.control) || r.cr3 != Get<uint64_t>(layout_.control + 24) ||
      r.cr4 != Get<uint64_t>(layout_.control + 32) || r.efer != Get<uint64_t>(layout_.efer);
  for (size_t i = 0; i < kGeneral.size(); ++i) {
    Put<uint64_t>(layout_.registers + 8 * i, r.*kGeneral[i]);
  }
  PutSegment(kEs, r.es);
  PutSegment(kCs, r.cs);
  PutSegment(kSs, r.ss);
  PutSegment(kDs, r.ds);
  PutSegment(kFs, r.fs);
  PutSegment(kGs, r.gs);
  PutSegment(kLdtr, state.ldt);
  PutSegment(kTr, state.tr);
  PutSegment(kGdtr, {.base = r.gdt.base, .limit = r.gdt.limit, .present = false});
  PutSegment(kIdtr, {.base = r.idt.base, .limit = r.idt.limit, .present = false});
  Put<uint64_t>(layout_.control, r.cr0);
  Put<uint64_t>(layout_.control + 16, r.cr2);
  Put<uint64_t>(layout_.control + 24, r.cr3);
  Put<uint64_t>(layout_.control + 32, r.cr4);
  Put<uint64_t>(layout_.efer, r.efer);
  Put<uint32_t>(layout_.hidden_flags, HiddenFlags(state));
  Restore();
  Write(UC_X86_REG_RFLAGS, r.rflags);
  // By name, so that the library forgets what it has translated of addresses.
  if (translation_changes) Write(UC_X86_REG_CR3, r.cr3);
}

UnicornCpu::Exception UnicornCpu::TakeException() {
  Save();
  const Exception exception{.error_code = Get<uint32_t>(layout_.error_code),
                            .is_software = Get<uint32_t>(layout_.error_code + 4) != 0,
                            .next_rip = Get<uint64_t>(layout_.error_code + 8)};
  Put<int32_t>(layout_.old_exception, -1);
  Restore();
  return exception;
}

}  // namespace cardcage
