// SPDX-License-Identifier: MIT
// Machine code that means no good, in each mode of the CPU: whatever it does, the CPU comes back.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <thread>

#include "framework/engine/soft/soft_vcpu.h"

namespace cardcage {
namespace {

constexpr uint64_t kRam = 0x20000;
constexpr uint64_t kTables = 0x10000;
constexpr uint64_t kEntry = 0x1000;

void Check(bool holds) {
  if (!holds) std::abort();
}

std::unique_ptr<MemorySlot> Slot(std::string name, AddressRange range, MemorySlot::Kind kind) {
  auto slot = MemorySlot::Create(std::move(name), range, kind);
  Check(slot.ok());
  return *std::move(slot);
}

// Answers with something that changes.
cardcage_status Answer(void* self, cardcage_access* access) {
  access->value = ++*static_cast<uint64_t*>(self) * 0x9e3779b97f4a7c15;
  return CARDCAGE_OK;
}

CpuRegisters Begin(uint8_t mode) {
  CpuRegisters registers;
  registers.rip = kEntry;
  registers.rsp = 0x8000;
  registers.rdi = 0x40000;  // a device
  registers.rsi = 0x30000;  // ROM
  registers.rbx = 0x2000;
  if (mode % 3 == 0) return registers;
  registers.gdt = {.base = 0x600, .limit = 0x7f};
  registers.idt = {.base = 0x800, .limit = 0x7ff};
  registers.cr0 = 0x11;
  registers.cs = {.selector = 8, .limit = ~0u, .type = 11, .default_32 = true, .granularity = true};
  registers.ss = {.selector = 16, .limit = ~0u, .default_32 = true, .granularity = true};
  registers.ds = registers.es = registers.ss;
  if (mode % 3 == 1) return registers;
  registers.cr0 = 0x80010011;
  registers.cr3 = kTables;
  registers.cr4 = 0x220;
  registers.efer = 0x901;
  registers.cs.long_mode = true;
  registers.cs.default_32 = false;
  return registers;
}

void Fuzz(const uint8_t* data, size_t size) {
  if (size < 2) return;
  GuestMemory memory;
  Check(memory.Add(Slot("ram", {0, kRam}, MemorySlot::Kind::kRam)).ok());
  Check(memory.Add(Slot("rom", {0x30000, 0x1000}, MemorySlot::Kind::kRom)).ok());
  // Everywhere in the tables the input's own bytes, but for what leads to the code.
  const auto put = [&](uint64_t address, uint64_t value) {
    Check(memory.Write(address, std::as_bytes(std::span(&value, 1))).ok());
  };
  const auto bytes = std::as_bytes(std::span(data + 1, std::min<size_t>(size - 1, 0x1000)));
  for (uint64_t at = 0; at + bytes.size() <= kRam; at += 0x1000)
    Check(memory.Write(at, bytes).ok());
  put(0x608, 0x00cf9b000000ffff);
  put(0x610, 0x00cf93000000ffff);
  put(kTables, (kTables + 0x1000) | 3);
  put(kTables + 0x1000, 0x83);

  Bus bus;
  uint64_t answers = 0;
  for (const bool is_port : {true, false}) {
    auto mapping = std::make_unique<Mapping>();
    mapping->range = {is_port ? uint64_t{0} : uint64_t{0x40000}, is_port ? 0x10000u : 0x2000u};
    mapping->read = mapping->write = &Answer;
    mapping->device = &answers;
    mapping->sizes = 15;
    Check(bus.space(is_port).Add(std::move(mapping)).ok());
    bus.space(is_port).Publish();
  }
  auto vcpu = SoftVcpu::Create(memory, bus);
  Check(vcpu.ok());
  if (!(*vcpu)->SetRegisters(Begin(data[0])).ok()) return;

  std::atomic<bool> done{false};
  std::thread kicker([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    while (!done) {
      (*vcpu)->Kick();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  for (int exits = 0; exits < 20; ++exits) {
    const VmExit exit = (*vcpu)->Run();
    if (exit.reason != VmExit::Reason::kHalt) break;
  }
  done = true;
  kicker.join();
  const auto registers = (*vcpu)->GetRegisters();
  Check(registers.ok());
  (void)(*vcpu)->Translate(registers->InstructionAddress());
}

}  // namespace
}  // namespace cardcage

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cardcage::Fuzz(data, size);
  return 0;
}
