// SPDX-License-Identifier: MIT
// The engine on a real KVM: programs of a few bytes, one behaviour each.
#include "framework/engine/kvm/kvm_engine.h"

#include <fcntl.h>
#include <unistd.h>

#include <thread>

#include "framework/engine/vcpu_thread.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::HasSubstr;
using Reason = VmExit::Reason;

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

class KvmEngineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (fd < 0) GTEST_SKIP() << "needs /dev/kvm, which cannot be opened here";
    close(fd);
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
  void Load(std::vector<uint8_t> code, EngineConfig config = {}) {
    ASSERT_TRUE(memory_.Write(0x1000, std::as_bytes(std::span(code))).ok());
    auto engine = kKvmEngine.create(
        config, memory_, [this](std::string_view line) { reported_.emplace_back(line); });
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

TEST_F(KvmEngineTest, UnknownMsrGivesTheGuestAFaultAndALine) {
  // The #GP goes through the vector table to a hlt: mov word [0x34], 0x1100 ; xor ... rdmsr
  AddSlot("ivt", 0x0, 0x1000, MemorySlot::Kind::kRam);
  const uint8_t vector[] = {0x80, 0x10, 0x00, 0x00};  // #GP is vector 13: 0000:1080
  ASSERT_TRUE(memory_.Write(13 * 4, std::as_bytes(std::span(vector))).ok());
  const uint8_t halt[] = {0xf4};
  ASSERT_TRUE(memory_.Write(0x1080, std::as_bytes(std::span(halt))).ok());
  // mov esp, 0x2000; mov ecx, 0x12345678; rdmsr; jmp .
  Load({0x66, 0xbc, 0x00, 0x20, 0x00, 0x00, 0x66, 0xb9, 0x78, 0x56, 0x34, 0x12, 0x0f, 0x32, 0xeb,
        0xfe});
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  EXPECT_EQ(vcpu_->GetRegisters()->rip, 0x1081u);
  ASSERT_EQ(reported_.size(), 1u);
  EXPECT_THAT(reported_[0], HasSubstr("read of MSR 0x12345678"));
}

TEST_F(KvmEngineTest, MoreCpusThanKvmHasAreRefused) {
  const auto engine = kKvmEngine.create({.cpus = 1000000}, memory_, nullptr);
  EXPECT_THAT(std::string(engine.status().message()), HasSubstr("asks for 1000000"));
}

TEST_F(KvmEngineTest, SecondCpuWaitsToBeStartedAndCanBeStopped) {
  Load({0xf4}, {.cpus = 2, .kernel_irqchip = true});
  auto second = engine_->CreateVcpu(bus_);
  ASSERT_TRUE(second.ok()) << second.status();
  VcpuThread thread(**second, [](const VmExit&) { FAIL() << "it was never started"; });
  thread.Start();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  thread.RequestStop();
  thread.Join();
}

}  // namespace
}  // namespace cardcage
