// SPDX-License-Identifier: MIT
// What the tests of engines have in common.
#ifndef CARDCAGE_TESTS_ENGINE_SMALL_GUEST_H_
#define CARDCAGE_TESTS_ENGINE_SMALL_GUEST_H_

#include <memory>
#include <string>
#include <vector>

#include "framework/engine/engine_type.h"
#include "gtest/gtest.h"
#include "tests/support/engines.h"

namespace cardcage {

struct Port {
  std::vector<uint64_t> written;
  uint64_t next = 0;

  static cardcage_status Read(void* self, cardcage_access* access) {
    access->value = static_cast<Port*>(self)->next++;
    return CARDCAGE_OK;
  }
  static cardcage_status Write(void* self, cardcage_access* access) {
    static_cast<Port*>(self)->written.push_back(access->value);
    return CARDCAGE_OK;
  }
};

// A guest of a few bytes on an engine: RAM at 0x1000, a device that counts at ports 0x500 and at 0xd0000.
class SmallGuest {
 protected:
  void MakeMachine() {
    AddSlot("ram", 0x1000, 0x3000, MemorySlot::Kind::kRam);
    for (AddressSpace* space :
         {static_cast<AddressSpace*>(&bus_.ports), static_cast<AddressSpace*>(&bus_.mmio)}) {
      auto mapping = std::make_unique<Mapping>();
      mapping->range = {space == &bus_.mmio ? 0xd0000u : 0x500u, 8};
      mapping->read = &Port::Read;
      mapping->write = &Port::Write;
      mapping->device = &port_;
      mapping->sizes = 15;
      ASSERT_TRUE(space->Add(std::move(mapping)).ok());
      space->Publish();
    }
  }
  void AddSlot(std::string name, uint64_t base, uint64_t size, MemorySlot::Kind kind) {
    auto slot = MemorySlot::Create(std::move(name), {base, size}, kind);
    ASSERT_TRUE(slot.ok()) << slot.status();
    ASSERT_TRUE(memory_.Add(*std::move(slot)).ok());
  }
  // A real-mode program at 0x1000, and CPU 0 at its begin.
  void Load(const EngineType& type, std::vector<uint8_t> code, const EngineConfig& config = {}) {
    ASSERT_TRUE(memory_.Write(0x1000, std::as_bytes(std::span(code))).ok());
    auto engine = type.create(config, memory_,
                              [this](std::string_view line) { reported_.emplace_back(line); });
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
    auto vcpu = engine_->CreateVcpu(bus_);
    ASSERT_TRUE(vcpu.ok()) << vcpu.status();
    vcpu_ = *std::move(vcpu);
    CpuRegisters registers;
    registers.rip = 0x1000;
    ASSERT_TRUE(vcpu_->SetRegisters(registers).ok());
  }

  GuestMemory memory_;
  Bus bus_;
  Port port_;
  std::vector<std::string> reported_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Vcpu> vcpu_;
};

}  // namespace cardcage

#endif  // CARDCAGE_TESTS_ENGINE_SMALL_GUEST_H_
