// SPDX-License-Identifier: MIT
// What only KVM does: programs of a few bytes on a real one.
#include "framework/engine/kvm/kvm_engine.h"

#include <thread>

#include "framework/engine/vcpu_thread.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/small_guest.h"

namespace cardcage {
namespace {

using ::testing::HasSubstr;
using Reason = VmExit::Reason;

class KvmEngineTest : public ::testing::Test, protected SmallGuest {
 protected:
  void SetUp() override {
    CARDCAGE_SKIP_WITHOUT_KVM();
    MakeMachine();
  }
  void Load(std::vector<uint8_t> code, const EngineConfig& config = {}) {
    SmallGuest::Load(kKvmEngine, std::move(code), config);
  }
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
