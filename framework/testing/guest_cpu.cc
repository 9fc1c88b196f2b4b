// SPDX-License-Identifier: MIT
#include "framework/testing/guest_cpu.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "framework/engine/long_mode.h"

namespace cardcage {
namespace {

// The slot: the program, the page tables, and what string instructions move.
constexpr uint64_t kCode = GuestCpu::kSlot.base;
constexpr uint64_t kTables = kCode + kPageSize;
constexpr uint64_t kData = kCode + 0x1'0000;
constexpr uint64_t kDataSize = 0x1'0000;
static_assert(kTables + kIdentityMapSize <= kData);
static_assert(kData + kDataSize == GuestCpu::kSlot.base + GuestCpu::kSlot.size);

// The program: for each kind of access and each size of 1, 2, 4 and 8 bytes an instruction, and hlt behind it.
// The address is in rdx; value, destination, source and count are in rax, rdi, rsi and rcx.
enum Instruction : unsigned { kIn, kOut, kInString, kOutString, kLoad, kStore };
constexpr uint8_t kHlt = 0xf4;
constexpr unsigned kLength = 8;  // an instruction's room
constexpr uint8_t kProgram[][4][kLength] = {
    // in al, dx; in ax, dx; in eax, dx
    {{0xec, kHlt}, {0x66, 0xed, kHlt}, {0xed, kHlt}},
    // out dx, al; …
    {{0xee, kHlt}, {0x66, 0xef, kHlt}, {0xef, kHlt}},
    // rep insb; rep insw; rep insd
    {{0xf3, 0x6c, kHlt}, {0x66, 0xf3, 0x6d, kHlt}, {0xf3, 0x6d, kHlt}},
    // rep outsb; …
    {{0xf3, 0x6e, kHlt}, {0x66, 0xf3, 0x6f, kHlt}, {0xf3, 0x6f, kHlt}},
    // mov al, [rdx]; mov ax, [rdx]; mov eax, [rdx]; mov rax, [rdx]
    {{0x8a, 0x02, kHlt}, {0x66, 0x8b, 0x02, kHlt}, {0x8b, 0x02, kHlt}, {0x48, 0x8b, 0x02, kHlt}},
    // mov [rdx], al; …
    {{0x88, 0x02, kHlt}, {0x66, 0x89, 0x02, kHlt}, {0x89, 0x02, kHlt}, {0x48, 0x89, 0x02, kHlt}},
};
constexpr unsigned kSizes = std::size(kProgram[0]);

}  // namespace

absl::StatusOr<std::unique_ptr<GuestCpu>> GuestCpu::Create(const EngineType& type,
                                                           const std::string& installation,
                                                           GuestMemory& memory, Bus& bus) {
  auto slot = MemorySlot::Create("the test's guest", kSlot, MemorySlot::Kind::kRam);
  if (!slot.ok()) return slot.status();
  if (absl::Status added = memory.Add(*std::move(slot)); !added.ok()) return added;
  if (absl::Status status = memory.Write(kCode, std::as_bytes(std::span(kProgram))); !status.ok()) {
    return status;
  }
  if (absl::Status status = BuildIdentityMap(memory, kTables); !status.ok()) return status;
  auto engine = type.create({.installation = installation}, memory, [](std::string_view) {});
  if (!engine.ok()) return engine.status();
  auto vcpu = (*engine)->CreateVcpu(bus);
  if (!vcpu.ok()) return vcpu.status();
  std::unique_ptr<GuestCpu> cpu(new GuestCpu(memory, *std::move(engine), *std::move(vcpu)));
  EnterLongMode(kTables, cpu->registers_);
  return cpu;
}

bool GuestCpu::Makes(bool is_port, unsigned size) {
  return std::has_single_bit(size) && size <= (is_port ? 4 : 8);
}

absl::Status GuestCpu::Execute(unsigned instruction, unsigned size) {
  registers_.rip = kCode + (instruction * kSizes + std::countr_zero(size)) * kLength;
  if (absl::Status set = vcpu_->SetRegisters(registers_); !set.ok()) return set;
  VmExit exit;
  do {
    exit = vcpu_->Run();
  } while (exit.reason == VmExit::Reason::kKicked);  // a signal came
  if (exit.reason != VmExit::Reason::kHalt) {
    return absl::InternalError(absl::StrCat("the guest's CPU did not get over an access: ",
                                            std::string(Describe(exit.reason)), " ", exit.detail));
  }
  auto registers = vcpu_->GetRegisters();
  if (!registers.ok()) return registers.status();
  registers_ = *registers;
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> GuestCpu::Read(bool is_port, uint64_t address, unsigned size) {
  registers_.rax = 0;
  registers_.rdx = address;
  if (absl::Status done = Execute(is_port ? kIn : kLoad, size); !done.ok()) return done;
  return registers_.rax;
}

absl::Status GuestCpu::Write(bool is_port, uint64_t address, unsigned size, uint64_t value) {
  registers_.rax = value;
  registers_.rdx = address;
  return Execute(is_port ? kOut : kStore, size);
}

template <class Bytes, class Piece>
absl::Status GuestCpu::InPieces(Bytes data, unsigned size, Piece piece) {
  while (!data.empty()) {
    const auto now = data.first(std::min<size_t>(data.size(), kDataSize));
    registers_.rcx = now.size() / size;
    registers_.rdi = registers_.rsi = kData;
    if (absl::Status done = piece(now); !done.ok()) return done;
    data = data.subspan(now.size());
  }
  return absl::OkStatus();
}

absl::Status GuestCpu::ReadString(uint64_t port, unsigned size, std::span<uint8_t> data) {
  return InPieces(data, size, [&](std::span<uint8_t> piece) {
    registers_.rdx = port;
    if (absl::Status done = Execute(kInString, size); !done.ok()) return done;
    return memory_.Read(kData, std::as_writable_bytes(piece));
  });
}

absl::Status GuestCpu::WriteString(uint64_t port, unsigned size, std::span<const uint8_t> data) {
  return InPieces(data, size, [&](std::span<const uint8_t> piece) {
    registers_.rdx = port;
    if (absl::Status written = memory_.Write(kData, std::as_bytes(piece)); !written.ok()) {
      return written;
    }
    return Execute(kOutString, size);
  });
}

}  // namespace cardcage
