// SPDX-License-Identifier: MIT
// What every engine does alike: programs of a few bytes, one behaviour each.
#include <thread>

#include "framework/engine/engine_type.h"
#include "framework/engine/kvm/kvm_engine.h"
#include "framework/engine/soft/soft_engine.h"
#include "framework/engine/vcpu_thread.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/small_guest.h"

namespace cardcage {
namespace {

using Reason = VmExit::Reason;

class EngineTest : public ::testing::TestWithParam<const EngineType*>, protected SmallGuest {
 protected:
  void SetUp() override {
    const std::string why_not = testing::WhyNoEngine(GetParam()->name);
    if (!why_not.empty()) GTEST_SKIP() << why_not;
    MakeMachine();
  }
  void Load(std::vector<uint8_t> code) { SmallGuest::Load(*GetParam(), std::move(code)); }
};

INSTANTIATE_TEST_SUITE_P(Engines, EngineTest, ::testing::Values(&kKvmEngine, &kSoftEngine),
                         [](const auto& test) { return std::string(test.param->name); });

TEST_P(EngineTest, ServesPortsAndComesBackAtHalt) {
  Load({0xba, 0x00, 0x05, 0xb0, 0x2a, 0xee, 0xec, 0xec, 0xf4});  // out 42; in; in; hlt
  port_.next = 7;
  const VmExit exit = vcpu_->Run();
  EXPECT_EQ(exit.reason, Reason::kHalt);
  EXPECT_FALSE(exit.interrupts_enabled);
  EXPECT_THAT(port_.written, ::testing::ElementsAre(42));
  EXPECT_EQ(vcpu_->GetRegisters()->rax, 8u);
  EXPECT_EQ(vcpu_->GetRegisters()->rip, 0x1009u);
}

TEST_P(EngineTest, HaltTellsWhetherInterruptsAreOn) {
  Load({0xfb, 0xf4});  // sti; hlt
  EXPECT_TRUE(vcpu_->Run().interrupts_enabled);
}

TEST_P(EngineTest, StringInputFillsGuestMemoryElementByElement) {
  // mov dx, 0x500; mov di, 0x2000; mov cx, 1500; cld; rep insw; hlt
  Load({0xba, 0x00, 0x05, 0xbf, 0x00, 0x20, 0xb9, 0xdc, 0x05, 0xfc, 0xf3, 0x6d, 0xf4});
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  uint16_t words[1500];
  ASSERT_TRUE(memory_.Read(0x2000, std::as_writable_bytes(std::span(words))).ok());
  for (uint16_t i = 0; i < 1500; ++i) ASSERT_EQ(words[i], i);
}

TEST_P(EngineTest, ServesMemoryThatIsADevices) {
  // mov ax, 0xd000; mov ds, ax; mov word [0], 0x1234; mov al, [4]; hlt
  Load({0xb8, 0x00, 0xd0, 0x8e, 0xd8, 0xc7, 0x06, 0x00, 0x00, 0x34, 0x12, 0xa0, 0x04, 0x00, 0xf4});
  port_.next = 0x77;
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  EXPECT_THAT(port_.written, ::testing::ElementsAre(0x1234));
  EXPECT_EQ(vcpu_->GetRegisters()->rax & 0xff, 0x77u);
}

TEST_P(EngineTest, WriteToRomIsDroppedAndItsContentStays) {
  AddSlot("rom", 0xf0000, 0x1000, MemorySlot::Kind::kRom);
  auto claim = std::make_unique<Mapping>();
  claim->range = {0xf0000, 0x1000};
  claim->is_claim = true;
  ASSERT_TRUE(bus_.mmio.Add(std::move(claim)).ok());
  bus_.mmio.Publish();
  const uint8_t seven[] = {7};
  ASSERT_TRUE(memory_.Write(0xf0000, std::as_bytes(std::span(seven))).ok());
  // mov ax, 0xf000; mov ds, ax; mov byte [0], 1; mov al, [0]; hlt
  Load({0xb8, 0x00, 0xf0, 0x8e, 0xd8, 0xc6, 0x06, 0x00, 0x00, 0x01, 0xa0, 0x00, 0x00, 0xf4});
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  EXPECT_EQ(vcpu_->GetRegisters()->rax & 0xff, 7u);
  EXPECT_EQ(vcpu_->accessor().dropped.value(), 1u);
}

TEST_P(EngineTest, KickEndsAGuestThatLoopsForEver) {
  Load({0xeb, 0xfe});  // jmp .
  VcpuThread thread(*vcpu_, [](const VmExit&) { FAIL() << "a stop is not an end"; });
  thread.Start();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  thread.RequestStop();
  thread.Join();
  EXPECT_EQ(vcpu_->GetRegisters()->rip, 0x1000u);
}

TEST_P(EngineTest, KickBeforeTheRunIsNotLost) {
  Load({0xeb, 0xfe});
  vcpu_->Kick();
  EXPECT_EQ(vcpu_->Run().reason, Reason::kKicked);
}

TEST_P(EngineTest, KickInsideAnAccessStopsRightAfterIt) {
  struct Stopper {
    Vcpu* vcpu = nullptr;
    static cardcage_status Write(void* self, cardcage_access*) {
      static_cast<Stopper*>(self)->vcpu->Kick();
      return CARDCAGE_OK;
    }
  } stopper;
  auto mapping = std::make_unique<Mapping>();
  mapping->range = {0xf4, 1};
  mapping->write = &Stopper::Write;
  mapping->device = &stopper;
  mapping->sizes = 1;
  ASSERT_TRUE(bus_.ports.Add(std::move(mapping)).ok());
  bus_.ports.Publish();
  Load({0xe6, 0xf4, 0x40, 0xf4});  // out 0xf4, al; inc ax; hlt
  stopper.vcpu = vcpu_.get();
  EXPECT_EQ(vcpu_->Run().reason, Reason::kKicked);
  EXPECT_EQ(vcpu_->GetRegisters()->rip, 0x1002u);  // the access is complete, and nothing after it
  EXPECT_EQ(vcpu_->GetRegisters()->rax, 0u);
}

TEST_P(EngineTest, TranslatesLinearAddresses) {
  Load({0xf4});
  EXPECT_EQ(*vcpu_->Translate(0x1234), 0x1234u);
}

// A controller that asks for vector 0x21 once, whenever the test has it ask. Its handler writes AL's place
// 9 to port 0x500 and returns.
class InterruptTest : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    if (IsSkipped()) return;
    AddSlot("vectors", 0, 0x1000, MemorySlot::Kind::kRam);
  }
  void Load(std::vector<uint8_t> code) {
    EngineTest::Load(std::move(code));
    const uint16_t vector[] = {0x1100, 0};
    ASSERT_TRUE(memory_.Write(0x21 * 4, std::as_bytes(std::span(vector))).ok());
    // push ax; mov al, 9; out dx, al; pop ax; iret
    const uint8_t handler[] = {0x50, 0xb0, 0x09, 0xee, 0x58, 0xcf};
    ASSERT_TRUE(memory_.Write(0x1100, std::as_bytes(std::span(handler))).ok());
    CpuRegisters registers;
    registers.rip = 0x1000;
    registers.rsp = 0x3000;
    registers.rdx = 0x500;
    registers.rax = 1;
    ASSERT_TRUE(vcpu_->SetRegisters(registers).ok());
    vcpu_->ConnectInterrupts([this] {
      vcpu_->SetInterruptLine(false);
      return uint8_t{0x21};
    });
  }
  // The end that is not a kick.
  VmExit RunOn() {
    for (;;) {
      if (VmExit exit = vcpu_->Run(); exit.reason != Reason::kKicked) return exit;
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Engines, InterruptTest, ::testing::Values(&kKvmEngine, &kSoftEngine),
                         [](const auto& test) { return std::string(test.param->name); });

TEST_P(InterruptTest, IsTakenBehindTheInstructionThatFollowsSti) {
  // out dx, al; inc ax; sti; out dx, al; inc ax; out dx, al; cli; hlt
  Load({0xee, 0x40, 0xfb, 0xee, 0x40, 0xee, 0xfa, 0xf4});
  vcpu_->SetInterruptLine(true);
  EXPECT_EQ(RunOn().reason, Reason::kHalt);
  EXPECT_THAT(port_.written, ::testing::ElementsAre(1, 2, 9, 3));
}

TEST_P(InterruptTest, AWindowOfOneInstructionIsEnough) {
  // sti; nop; cli; out dx, al; hlt
  Load({0xfb, 0x90, 0xfa, 0xee, 0xf4});
  vcpu_->SetInterruptLine(true);
  EXPECT_EQ(RunOn().reason, Reason::kHalt);
  EXPECT_THAT(port_.written, ::testing::ElementsAre(9, 1));
}

TEST_P(InterruptTest, LineThatFallsBeforeTheWindowIsForgotten) {
  // sti; nop; nop; cli; hlt
  Load({0xfb, 0x90, 0x90, 0xfa, 0xf4});
  vcpu_->SetInterruptLine(true);
  vcpu_->SetInterruptLine(false);
  EXPECT_EQ(RunOn().reason, Reason::kHalt);
  EXPECT_THAT(port_.written, ::testing::IsEmpty());
}

TEST_P(InterruptTest, WakesACpuThatHasHalted) {
  // sti; hlt; out dx, al; cli; hlt
  Load({0xfb, 0xf4, 0xee, 0xfa, 0xf4});
  VmExit end;
  VcpuThread thread(*vcpu_, [&](VmExit exit) { end = std::move(exit); });
  thread.Start();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  thread.Wake();  // for nothing: it sleeps on
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  vcpu_->SetInterruptLine(true);
  thread.Wake();
  thread.Join();
  EXPECT_EQ(end.reason, Reason::kHalt);
  EXPECT_FALSE(end.interrupts_enabled);
  EXPECT_THAT(port_.written, ::testing::ElementsAre(9, 1));
}

TEST_P(InterruptTest, ManyFromAnotherThreadAreEachTakenOnce) {
  // sti; jmp .
  Load({0xfb, 0xeb, 0xfe});
  constexpr unsigned kMany = 200;
  std::atomic<unsigned> taken = 0;
  vcpu_->ConnectInterrupts([&] {
    vcpu_->SetInterruptLine(false);
    ++taken;
    return uint8_t{0x21};
  });
  VcpuThread thread(*vcpu_, [](const VmExit&) { FAIL() << "it loops for ever"; });
  thread.Start();
  for (unsigned i = 0; i < kMany; ++i) {
    vcpu_->SetInterruptLine(true);
    while (taken.load() <= i) std::this_thread::yield();
  }
  thread.RequestStop();
  thread.Join();
  EXPECT_EQ(taken.load(), kMany);
  EXPECT_GE(port_.written.size(), kMany - 1);  // the last handler may not have come to its write
}

TEST_P(EngineTest, RegistersReadBackAsTheyWereSet) {
  Load({0xf4});
  CpuRegisters registers;
  registers.rip = 0x1000;
  registers.rax = 0x1122334455667788;
  registers.r15 = 15;
  registers.ds.selector = 0x1234;
  registers.ds.base = 0x12340;
  ASSERT_TRUE(vcpu_->SetRegisters(registers).ok());
  EXPECT_EQ(Format(*vcpu_->GetRegisters()), Format(registers));
}

}  // namespace
}  // namespace cardcage
