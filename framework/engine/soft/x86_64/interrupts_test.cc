// SPDX-License-Identifier: MIT
#include "framework/engine/soft/x86_64/interrupts.h"

#include "framework/engine/soft/x86_64/fake_memory.h"
#include "gtest/gtest.h"

namespace cardcage::x86_64 {
namespace {

constexpr uint64_t kIdt = 0x1000, kGdt = 0x2000, kTss = 0x3000, kStack = 0x9000, kInner = 0xa000;
constexpr uint16_t kCode = 0x08, kData = 0x10, kUserCode = 0x1b, kUserData = 0x23, kTask = 0x28,
                   kAbsentCode = 0x30, kOuterCode = 0x3b, kConforming = 0x40;
constexpr uint64_t kFlags = 0x202;  // IF
constexpr uint64_t kHandler = 0x4567;
constexpr uint8_t kInterruptGate = 0x8e, kTrapGate = 0x8f, kUserGate = 0xee, kGate16 = 0x86,
                  kTaskGate = 0x85;

constexpr uint32_t kExternal = 1, kInIdt = 2;

// A CPU with flat segments, a GDT and a TSS.
class InterruptTest : public ::testing::Test {
 protected:
  InterruptTest() {
    Descriptor(kCode, 0x00cf9b000000ffff);
    Descriptor(kData, 0x00cf93000000ffff);
    Descriptor(kUserCode, 0x00cffb000000ffff);
    Descriptor(kUserData, 0x00cff3000000ffff);
    Descriptor(kAbsentCode, 0x00cf1b000000ffff);
    Descriptor(kOuterCode, 0x00cffb000000ffff);
    Descriptor(kConforming, 0x00cf9f000000ffff);
    CpuRegisters& r = state_.registers;
    r.cr0 = 0x11;
    r.rflags = kFlags;
    r.rsp = kStack;
    r.rip = 0x5000;
    r.gdt = {.base = kGdt, .limit = 0x47};
    r.idt = {.base = kIdt, .limit = 0x7ff};
    r.cs = {.selector = kCode, .limit = ~0u, .type = 11, .default_32 = true};
    r.ss = {.selector = kData, .limit = ~0u, .default_32 = true};
    state_.tr = {.selector = kTask, .base = kTss, .limit = 0x67, .type = 11, .code_or_data = false};
    memory_.Write(kTss + 4, 4, kInner);
    memory_.Write(kTss + 8, 4, kData);
  }

  void Descriptor(uint16_t selector, uint64_t value) {
    memory_.Write(kGdt + (selector & ~7u), 8, value);
  }
  void Gate(uint8_t vector, uint16_t selector, uint8_t rights, unsigned ist = 0) {
    const unsigned size = is_long_ ? 16 : 8;
    memory_.Write(
        kIdt + vector * size, 8,
        kHandler | uint64_t{selector} << 16 | uint64_t{ist} << 32 | uint64_t{rights} << 40);
    if (is_long_) memory_.Write(kIdt + vector * size + 8, 8, 0);
  }
  void GoToRing3() {
    state_.privilege = 3;
    state_.registers.cs = {
        .selector = kUserCode, .limit = ~0u, .type = 11, .privilege = 3, .default_32 = true};
    state_.registers.ss = {.selector = kUserData, .limit = ~0u, .privilege = 3, .default_32 = true};
  }
  // Memory as it is (1 MiB, each address on itself), and 64-bit code at kCode.
  void GoToLongMode() {
    is_long_ = true;
    memory_.Write(0x10000, 8, 0x11000 | 3);
    memory_.Write(0x11000, 8, 0x12000 | 3);
    memory_.Write(0x12000, 8, 0x83);
    CpuRegisters& r = state_.registers;
    r.cr0 = 0x80010011;
    r.cr3 = 0x10000;
    r.cr4 = 0x20;
    r.efer = 0x500;
    r.cs.long_mode = true;
    r.cs.default_32 = false;
    r.idt.limit = 0xfff;
    Descriptor(kCode, 0x00af9b000000ffff);
    memory_.Write(kTss + 4, 8, kInner);
  }

  Delivery Software(uint8_t vector) {
    return Deliver(state_, memory_,
                   {.kind = Event::Kind::kSoftware,
                    .vector = vector,
                    .return_rip = 0x5002,
                    .fault_rip = 0x5000});
  }
  Delivery Exception(uint8_t vector, uint32_t error_code = 0) {
    return Deliver(state_, memory_,
                   {.kind = Event::Kind::kException,
                    .vector = vector,
                    .error_code = error_code,
                    .return_rip = 0x5000,
                    .fault_rip = 0x5000});
  }
  uint64_t OnStack(unsigned index, unsigned size) {
    return memory_.Read(state_.registers.rsp + index * size, size);
  }
  // Where a fault of delivery went, told by its gate, with its error code.
  void ExpectFault(uint8_t vector, uint32_t error_code) {
    EXPECT_EQ(state_.registers.rip, kHandler + vector);
    EXPECT_EQ(OnStack(0, 4), error_code);
    EXPECT_EQ(OnStack(1, 4), 0x5000u);  // the instruction itself
  }
  // Gates for what delivery raises, each with an address of its own.
  void FaultGates() {
    for (const uint8_t vector : {8, 10, 11, 12, 13, 14}) {
      Gate(vector, kCode, kInterruptGate);
      memory_.Write(kIdt + vector * 8u, 2, kHandler + vector);
    }
  }

  FakeMemory memory_;
  CpuState state_;
  bool is_long_ = false;
};

// --- Real mode ----------------------------------------------------------------------------------

class RealModeTest : public InterruptTest {
 protected:
  RealModeTest() {
    CpuRegisters& r = state_.registers;
    r.cr0 = 0x10;
    r.cs = {.selector = 0x100, .base = 0x1000, .type = 11};
    r.ss = {.selector = 0x800, .base = 0x8000};
    r.rsp = 0x100;
    r.idt = {.base = 0, .limit = 0x3ff};
    memory_.Write(0x21 * 4, 4, 0x00701234);  // 0070:1234
  }
};

TEST_F(RealModeTest, PushesFlagsAndReturnAddressAndLoadsTheVector) {
  EXPECT_EQ(Software(0x21), Delivery::kDone);
  const CpuRegisters& r = state_.registers;
  EXPECT_EQ(r.rip, 0x1234u);
  EXPECT_EQ(r.cs.selector, 0x70);
  EXPECT_EQ(r.cs.base, 0x700u);
  EXPECT_EQ(r.rsp, 0xfau);
  EXPECT_EQ(memory_.Read(0x80fa, 2), 0x5002u);
  EXPECT_EQ(memory_.Read(0x80fc, 2), 0x100u);
  EXPECT_EQ(memory_.Read(0x80fe, 2), kFlags);
  EXPECT_EQ(r.rflags & kFlags, 2u);  // IF is off
}

TEST_F(RealModeTest, HasNoErrorCodes) {
  memory_.Write(13 * 4, 4, 0x1234);
  EXPECT_EQ(Exception(13, 0x55), Delivery::kDone);
  EXPECT_EQ(state_.registers.rsp, 0xfau);
}

TEST_F(RealModeTest, StackWrapsInsideItsSegment) {
  state_.registers.rsp = 0x12340002;
  EXPECT_EQ(Software(0x21), Delivery::kDone);
  EXPECT_EQ(state_.registers.rsp, 0x1234fffcu);
}

TEST_F(RealModeTest, VectorBeyondTheTableBecomesADoubleFaultAndThenShutdown) {
  state_.registers.idt.limit = 0x20;
  const CpuState before = state_;
  EXPECT_EQ(Software(0x21), Delivery::kShutdown);
  EXPECT_EQ(state_.registers, before.registers);
}

// --- Protected mode -----------------------------------------------------------------------------

TEST_F(InterruptTest, InterruptGateTurnsInterruptsOff) {
  Gate(0x30, kCode, kInterruptGate);
  EXPECT_EQ(Software(0x30), Delivery::kDone);
  EXPECT_EQ(state_.registers.rip, kHandler);
  EXPECT_EQ(state_.registers.rsp, kStack - 12);
  EXPECT_EQ(OnStack(0, 4), 0x5002u);
  EXPECT_EQ(OnStack(1, 4), kCode);
  EXPECT_EQ(OnStack(2, 4), kFlags);
  EXPECT_EQ(state_.registers.rflags & 0x200, 0u);
}

TEST_F(InterruptTest, TrapGateLeavesThemOn) {
  Gate(0x30, kCode, kTrapGate);
  EXPECT_EQ(Software(0x30), Delivery::kDone);
  EXPECT_NE(state_.registers.rflags & 0x200, 0u);
}

TEST_F(InterruptTest, SixteenBitGatePushesWords) {
  Gate(0x30, kCode, kGate16);
  EXPECT_EQ(Software(0x30), Delivery::kDone);
  EXPECT_EQ(state_.registers.rsp, kStack - 6);
  EXPECT_EQ(OnStack(0, 2), 0x5002u);
}

TEST_F(InterruptTest, ErrorCodeIsPushedForExceptionsThatHaveOne) {
  Gate(13, kCode, kInterruptGate);
  Gate(3, kCode, kInterruptGate);
  EXPECT_EQ(Exception(13, 0x1230), Delivery::kDone);
  EXPECT_EQ(OnStack(0, 4), 0x1230u);
  EXPECT_EQ(OnStack(1, 4), 0x5000u);
  const uint64_t rsp = state_.registers.rsp;
  EXPECT_EQ(Software(13), Delivery::kDone);  // INT 13 has none
  EXPECT_EQ(state_.registers.rsp, rsp - 12);
}

TEST_F(InterruptTest, InnerRingGetsTheTasksStack) {
  GoToRing3();
  Gate(0x30, kCode, kUserGate);
  EXPECT_EQ(Software(0x30), Delivery::kDone);
  EXPECT_EQ(state_.privilege, 0);
  EXPECT_EQ(state_.registers.ss.selector, kData);
  EXPECT_EQ(state_.registers.rsp, kInner - 20);
  EXPECT_EQ(OnStack(1, 4), kUserCode);
  EXPECT_EQ(OnStack(3, 4), kStack);
  EXPECT_EQ(OnStack(4, 4), kUserData);
}

TEST_F(InterruptTest, ConformingCodeKeepsTheRing) {
  GoToRing3();
  Gate(0x30, kConforming, kUserGate);
  EXPECT_EQ(Software(0x30), Delivery::kDone);
  EXPECT_EQ(state_.privilege, 3);
  EXPECT_EQ(state_.registers.cs.selector, kConforming | 3);
  EXPECT_EQ(state_.registers.rsp, kStack - 12);
}

TEST_F(InterruptTest, GateOfAnInnerRingIsForExceptionsAlone) {
  GoToRing3();
  FaultGates();
  Gate(0x30, kCode, kInterruptGate);
  EXPECT_EQ(Software(0x30), Delivery::kDone);
  ExpectFault(13, 0x30 * 8 + kInIdt);
}

TEST_F(InterruptTest, GateThatIsAbsentIsNotPresent) {
  FaultGates();
  Gate(0x30, kCode, 0x0e);
  Software(0x30);
  ExpectFault(11, 0x30 * 8 + kInIdt);
}

TEST_F(InterruptTest, GateThatIsNoneIsAGeneralProtection) {
  FaultGates();
  Gate(0x30, kCode, 0x92);
  Software(0x30);
  ExpectFault(13, 0x30 * 8 + kInIdt);
}

TEST_F(InterruptTest, FaultOfAnExceptionIsExternal) {
  FaultGates();
  Exception(7);
  ExpectFault(13, 7 * 8 + kInIdt + kExternal);
}

TEST_F(InterruptTest, VectorBeyondTheTableIsAGeneralProtection) {
  FaultGates();
  state_.registers.idt.limit = 0x7f;
  Software(0x30);
  ExpectFault(13, 0x30 * 8 + kInIdt);
}

TEST_F(InterruptTest, CodeThatIsNullAbsentOrOuterIsRefused) {
  FaultGates();
  Gate(0x30, 0, kInterruptGate);
  Software(0x30);
  ExpectFault(13, 0);
  Gate(0x30, kAbsentCode, kInterruptGate);
  state_.registers.rip = 0x5000;
  Software(0x30);
  ExpectFault(11, kAbsentCode);
  Gate(0x30, kData, kInterruptGate);
  Software(0x30);
  ExpectFault(13, kData);
  Gate(0x30, kOuterCode, kInterruptGate);
  Software(0x30);
  ExpectFault(13, kOuterCode & ~3u);
}

TEST_F(InterruptTest, SelectorBeyondTheTableIsAGeneralProtection) {
  FaultGates();
  Gate(0x30, 0x1230, kInterruptGate);
  Software(0x30);
  ExpectFault(13, 0x1230);
}

TEST_F(InterruptTest, TaskWithoutAGoodStackIsInvalid) {
  GoToRing3();
  FaultGates();
  Gate(0x30, kCode, kUserGate);
  memory_.Write(kTss + 8, 4, kUserData);  // a stack of ring 3 for ring 0, and so for the fault too
  EXPECT_EQ(Software(0x30), Delivery::kShutdown);
}

TEST_F(InterruptTest, TaskGateIsTold) {
  Gate(0x30, kTask, kTaskGate);
  EXPECT_EQ(Software(0x30), Delivery::kTaskGate);
  EXPECT_EQ(state_.registers.rip, 0x5000u);
}

TEST_F(InterruptTest, ContributoryFaultOfAContributoryIsADoubleFault) {
  FaultGates();
  Gate(11, kCode, 0x0e);  // the gate of #NP is itself not present
  Gate(13, kAbsentCode, kInterruptGate);
  EXPECT_EQ(Exception(13), Delivery::kDone);
  ExpectFault(8, 0);
}

TEST_F(InterruptTest, FaultOfADoubleFaultIsAShutdown) {
  FaultGates();
  Gate(8, kCode, 0x0e);
  Gate(13, kAbsentCode, kInterruptGate);
  Gate(11, kAbsentCode, kInterruptGate);
  const CpuState before = state_;
  EXPECT_EQ(Exception(13), Delivery::kShutdown);
  EXPECT_EQ(state_.registers, before.registers);
}

TEST_F(InterruptTest, StackBeyondItsLimitIsAStackFault) {
  FaultGates();
  Gate(0x30, kCode, kInterruptGate);
  Gate(12, kTask, kTaskGate);  // told, as no handler could be entered on such a stack
  state_.registers.ss.limit = 0xfff;
  EXPECT_EQ(Software(0x30), Delivery::kTaskGate);
}

TEST_F(InterruptTest, Virtual8086ModeLeavesItsSegmentsOnTheStack) {
  CpuRegisters& r = state_.registers;
  r.rflags |= 0x20000;
  state_.privilege = 3;
  r.cs = {.selector = 0x1234, .base = 0x12340, .type = 11, .privilege = 3};
  r.ss = {.selector = 0x2000, .base = 0x20000, .privilege = 3};
  r.ds.selector = 0x1111;
  r.es.selector = 0x2222;
  r.fs.selector = 0x3333;
  r.gs.selector = 0x4444;
  Gate(13, kCode, kInterruptGate);
  EXPECT_EQ(Exception(13), Delivery::kDone);
  EXPECT_EQ(r.rsp, kInner - 40);
  EXPECT_EQ(OnStack(2, 4), 0x1234u);
  EXPECT_EQ(OnStack(3, 4), kFlags | 0x20000);
  EXPECT_EQ(OnStack(5, 4), 0x2000u);
  EXPECT_EQ(OnStack(6, 4), 0x2222u);
  EXPECT_EQ(OnStack(7, 4), 0x1111u);
  EXPECT_EQ(OnStack(8, 4), 0x3333u);
  EXPECT_EQ(OnStack(9, 4), 0x4444u);
  EXPECT_EQ(r.rflags & 0x20000, 0u);
  EXPECT_FALSE(r.ds.present);
}

// --- 64-bit mode --------------------------------------------------------------------------------

TEST_F(InterruptTest, LongFrameHasTheStackAndIsAligned) {
  GoToLongMode();
  Gate(0x30, kCode, kInterruptGate);
  state_.registers.rsp = kStack - 3;
  EXPECT_EQ(Software(0x30), Delivery::kDone);
  EXPECT_EQ(state_.registers.rsp, kStack - 16 - 40);
  EXPECT_EQ(OnStack(0, 8), 0x5002u);
  EXPECT_EQ(OnStack(1, 8), kCode);
  EXPECT_EQ(OnStack(3, 8), kStack - 3);
  EXPECT_EQ(OnStack(4, 8), kData);
  EXPECT_EQ(state_.registers.ss.selector, kData);
}

TEST_F(InterruptTest, LongModeSwitchesToTheInterruptStack) {
  GoToLongMode();
  Gate(0x30, kCode, kInterruptGate, 2);
  memory_.Write(kTss + 0x2c, 8, 0xb000);
  EXPECT_EQ(Software(0x30), Delivery::kDone);
  EXPECT_EQ(state_.registers.rsp, 0xb000u - 40);
}

TEST_F(InterruptTest, LongModeGoesInwardWithANullStackSegment) {
  GoToLongMode();
  GoToRing3();
  state_.registers.cs.long_mode = true;
  Gate(0x30, kCode, kUserGate);
  EXPECT_EQ(Software(0x30), Delivery::kDone);
  EXPECT_EQ(state_.registers.rsp, kInner - 40);
  EXPECT_EQ(state_.registers.ss.selector, 0);
  EXPECT_EQ(state_.privilege, 0);
}

TEST_F(InterruptTest, LongModeWantsSixtyFourBitCode) {
  GoToLongMode();
  Gate(0x30, kConforming, kInterruptGate);  // 32-bit
  Gate(13, kTask, kInterruptGate);
  EXPECT_EQ(Software(0x30), Delivery::kShutdown);
}

TEST_F(InterruptTest, PageFaultOfDeliveryTellsItsAddress) {
  GoToLongMode();
  Gate(0x30, kCode, kInterruptGate);
  Gate(14, kCode, kInterruptGate, 1);
  memory_.Write(kTss + 0x24, 8, 0xb000);
  state_.registers.rsp = 0x40000010;  // not mapped
  EXPECT_EQ(Software(0x30), Delivery::kDone);
  EXPECT_EQ(state_.registers.cr2, 0x40000008u);
  EXPECT_EQ(OnStack(0, 8), 2u);  // a write; not present
}

TEST_F(InterruptTest, StackAddressThatIsNotCanonicalIsAStackFault) {
  GoToLongMode();
  Gate(0x30, kCode, kInterruptGate);
  Gate(12, kCode, kInterruptGate, 1);
  memory_.Write(kTss + 0x24, 8, 0xb000);
  state_.registers.rsp = 0x8000000000000000;
  EXPECT_EQ(Software(0x30), Delivery::kDone);
  EXPECT_EQ(state_.registers.rsp, 0xb000u - 48);
}

}  // namespace
}  // namespace cardcage::x86_64
