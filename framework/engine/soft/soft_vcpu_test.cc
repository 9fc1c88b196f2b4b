// SPDX-License-Identifier: MIT
// What only the soft engine does, on the real library. What it has in common with the others is in
// tests/engine.
#include "framework/engine/soft/soft_vcpu.h"

#include <chrono>
#include <thread>

#include "framework/engine/soft/soft_engine.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Reason = VmExit::Reason;

// What the guest did to a device.
struct Seen {
  bool is_write;
  uint64_t offset;
  unsigned size;
  uint64_t value;
  uint64_t instruction;
  friend bool operator==(const Seen&, const Seen&) = default;
};
void PrintTo(const Seen& seen, std::ostream* out) {
  *out << (seen.is_write ? "write " : "read ") << seen.size << " at " << seen.offset << ": "
       << seen.value << " in " << seen.instruction;
}

class SoftVcpuTest : public ::testing::Test {
 protected:
  void SetUp() override {
    AddSlot("ram", 0, 0x100000, MemorySlot::Kind::kRam);
    AddSlot("rom", 0x100000, 0x1000, MemorySlot::Kind::kRom);
    for (AddressSpace* space :
         {static_cast<AddressSpace*>(&bus_.ports), static_cast<AddressSpace*>(&bus_.mmio)}) {
      auto mapping = std::make_unique<Mapping>();
      mapping->range = {space == &bus_.mmio ? kMmio : uint64_t{0x500}, 0x2000};
      mapping->read = &Read;
      mapping->write = &Write;
      mapping->device = this;
      mapping->sizes = 15;
      mapping->unaligned = true;
      ASSERT_TRUE(space->Add(std::move(mapping)).ok());
      space->Publish();
    }
    auto vcpu = SoftVcpu::Create(memory_, bus_);
    ASSERT_TRUE(vcpu.ok()) << vcpu.status();
    vcpu_ = *std::move(vcpu);
  }

  void AddSlot(std::string name, uint64_t base, uint64_t size, MemorySlot::Kind kind) {
    auto slot = MemorySlot::Create(std::move(name), {base, size}, kind);
    ASSERT_TRUE(slot.ok()) << slot.status();
    ASSERT_TRUE(memory_.Add(*std::move(slot)).ok());
  }
  void Put(uint64_t address, std::vector<uint8_t> bytes) {
    ASSERT_TRUE(memory_.Write(address, std::as_bytes(std::span(bytes))).ok());
  }
  uint64_t Get(uint64_t address, size_t size) {
    uint64_t value = 0;
    EXPECT_TRUE(
        memory_.Read(address, std::as_writable_bytes(std::span(&value, 1)).first(size)).ok());
    return value;
  }

  // Code at 0x1000 in real mode.
  void Real(std::vector<uint8_t> code) {
    Put(0x1000, std::move(code));
    CpuRegisters registers;
    registers.rip = 0x1000;
    registers.rsp = 0x8000;
    ASSERT_TRUE(vcpu_->SetRegisters(registers).ok());
  }
  // Code at 0x1000 in 64-bit mode, RDI at the device. The first GiB is mapped, each address on itself.
  void Long(std::vector<uint8_t> code) {
    Put(0x1000, std::move(code));
    const auto entry = [this](uint64_t at, uint64_t value) {
      std::vector<uint8_t> bytes(8);
      for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<uint8_t>(value >> 8 * i);
      Put(at, bytes);
    };
    entry(0x10000, 0x11003);
    entry(0x11000, 0x83);
    CpuRegisters registers;
    registers.rip = 0x1000;
    registers.rsp = 0x8000;
    registers.rdi = kMmio;
    registers.cr0 = 0x80000011;
    registers.cr3 = 0x10000;
    registers.cr4 = 0x20;
    registers.efer = 0x100;
    registers.cs = {
        .selector = 8, .limit = ~0u, .type = 11, .long_mode = true, .granularity = true};
    registers.ss = {.selector = 16, .limit = ~0u, .default_32 = true, .granularity = true};
    ASSERT_TRUE(vcpu_->SetRegisters(registers).ok());
  }

  static cardcage_status Read(void* self, cardcage_access* access) {
    auto& test = *static_cast<SoftVcpuTest*>(self);
    access->value = test.answer_;
    test.seen_.push_back(
        {false, access->offset, access->size, test.answer_, *test.vcpu_->instructions()});
    return CARDCAGE_OK;
  }
  static cardcage_status Write(void* self, cardcage_access* access) {
    auto& test = *static_cast<SoftVcpuTest*>(self);
    test.seen_.push_back(
        {true, access->offset, access->size, access->value, *test.vcpu_->instructions()});
    if (test.on_access_) test.on_access_();
    return CARDCAGE_OK;
  }

  static constexpr uint64_t kMmio = 0x200000;
  GuestMemory memory_;
  Bus bus_;
  std::unique_ptr<SoftVcpu> vcpu_;
  std::vector<Seen> seen_;
  std::function<void()> on_access_;  // called in each write
  uint64_t answer_ = 0;
};

// --- Devices in memory --------------------------------------------------------------------------

TEST_F(SoftVcpuTest, DeviceSeesEachAccessAsTheGuestMadeIt) {
  Long({0x48, 0xb8, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,  // mov rax, 0x8877665544332211
        0x48, 0x89, 0x07,                                            // mov [rdi], rax
        0x89, 0x47, 0x11,                                            // mov [rdi+0x11], eax
        0x66, 0x89, 0x47, 0x20,                                      // mov [rdi+0x20], ax
        0x88, 0x47, 0x31,                                            // mov [rdi+0x31], al
        0xf4});
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  EXPECT_THAT(seen_, ElementsAre(Seen{true, 0, 8, 0x8877665544332211, 2},
                                 Seen{true, 0x11, 4, 0x44332211, 3}, Seen{true, 0x20, 2, 0x2211, 4},
                                 Seen{true, 0x31, 1, 0x11, 5}));
}

TEST_F(SoftVcpuTest, DeviceIsReadOnceWhateverTheWidth) {
  answer_ = 0x8877665544332211;
  Long({0x48, 0x8b, 0x07,        // mov rax, [rdi]
        0x48, 0x8b, 0x5f, 0x13,  // mov rbx, [rdi+0x13]
        0x66, 0x8b, 0x4f, 0x21,  // mov cx, [rdi+0x21]
        0xf4});
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  EXPECT_THAT(seen_, ElementsAre(Seen{false, 0, 8, answer_, 1}, Seen{false, 0x13, 8, answer_, 2},
                                 Seen{false, 0x21, 2, answer_, 3}));
  EXPECT_EQ(vcpu_->GetRegisters()->rax, answer_);
  EXPECT_EQ(vcpu_->GetRegisters()->rbx, answer_);
  EXPECT_EQ(vcpu_->GetRegisters()->rcx & 0xffff, 0x2211u);
}

TEST_F(SoftVcpuTest, AccessOverAPagesEndIsTwo) {
  Long({0xb8, 0x11, 0x22, 0x33, 0x44,        // mov eax, 0x44332211
        0x89, 0x87, 0xff, 0x0f, 0x00, 0x00,  // mov [rdi+0xfff], eax
        0xf4});
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  // The bus cuts what is no power of two.
  ASSERT_FALSE(seen_.empty());
  EXPECT_EQ(seen_[0], (Seen{true, 0xfff, 1, 0x11, 2}));
  unsigned bytes = 0;
  for (const Seen& seen : seen_) bytes += seen.size;
  EXPECT_EQ(bytes, 4u);
}

TEST_F(SoftVcpuTest, InstructionThatReadsAndWritesDoesBoth) {
  answer_ = 5;
  Long({0x83, 0x07, 0x02, 0xf4});  // add dword [rdi], 2
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  EXPECT_THAT(seen_, ElementsAre(Seen{false, 0, 4, 5, 1}, Seen{true, 0, 4, 7, 1}));
}

TEST_F(SoftVcpuTest, StringCopyFromADeviceReadsEachElement) {
  answer_ = 0x77;
  Long({0xbf, 0x00, 0x60, 0x00, 0x00,  // mov edi, 0x6000
        0xbe, 0x00, 0x00, 0x20, 0x00,  // mov esi, device
        0xb9, 0x03, 0x00, 0x00, 0x00,  // mov ecx, 3
        0xf3, 0xa4, 0xf4});            // rep movsb
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  EXPECT_EQ(seen_.size(), 3u);
  EXPECT_EQ(Get(0x6000, 4), 0x777777u);
}

// --- ROM ----------------------------------------------------------------------------------------

TEST_F(SoftVcpuTest, RomKeepsItsContentThroughEveryWrite) {
  Put(0x100000, {1, 2, 3, 4, 5, 6, 7, 8});
  Long({0xbf, 0x00, 0x00, 0x10, 0x00,  // mov edi, rom
        0x31, 0xc0,                    // xor eax, eax
        0x89, 0x07, 0x89, 0x47, 0x01,  // mov [rdi], eax; mov [rdi+1], eax
        0x48, 0x8b, 0x1f, 0xf4});      // mov rbx, [rdi]
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  EXPECT_EQ(Get(0x100000, 8), 0x0807060504030201u);
  EXPECT_EQ(vcpu_->GetRegisters()->rbx, 0x0807060504030201u);
  EXPECT_EQ(vcpu_->accessor().dropped.value(), 2u);
}

TEST_F(SoftVcpuTest, CodeInRomIsExecuted) {
  Put(0x100000, {0xb8, 0x2a, 0x00, 0x00, 0x00, 0xf4});  // mov eax, 42; hlt
  Long({0xb8, 0x00, 0x00, 0x10, 0x00, 0xff, 0xe0});     // mov eax, rom; jmp rax
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  EXPECT_EQ(vcpu_->GetRegisters()->rax, 42u);
}

// --- Code that changes --------------------------------------------------------------------------

TEST_F(SoftVcpuTest, CodeThatWritesItselfRunsAsWritten) {
  Real({0xb9, 0x03, 0x00,        // mov cx, 3
        0xfe, 0x06, 0x08, 0x10,  // again: inc byte [0x1008]
        0xb0, 0x10,              // mov al, 0x10 (the operand is at 0x1008)
        0xe2, 0xf8, 0xf4});      // loop again
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  EXPECT_EQ(vcpu_->GetRegisters()->rax & 0xff, 0x13u);
}

TEST_F(SoftVcpuTest, FrameOfAnInterruptOverCodeIsSeen) {
  // The frame of INT goes over code that was executed before. Its first word, the return address, is
  // 0x10f4 and so a HLT; the old code was a RET.
  Put(0x21 * 4, {0x00, 0x20, 0x00, 0x00});      // int 0x21 is 0000:2000
  Put(0x2000, {0xea, 0x00, 0x30, 0x00, 0x00});  // jmp 0000:3000
  Put(0x3000, {0xc3});
  Put(0x10f2, {0xcd, 0x21});             // int 0x21
  Real({0xe8, 0xfd, 0x1f,                // call 0x3000
        0xbc, 0x06, 0x30,                // mov sp, 0x3006
        0xea, 0xf2, 0x10, 0x00, 0x00});  // jmp 0000:10f2
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  EXPECT_EQ(vcpu_->GetRegisters()->rip, 0x3001u);
}

// --- Interrupts -----------------------------------------------------------------------------------

TEST_F(SoftVcpuTest, MovSsLetsNoInterruptInBehindIt) {  // SDM, vol. 3, 6.8.3
  vcpu_->ConnectInterrupts([&] {
    vcpu_->SetInterruptLine(false);
    return uint8_t{0x21};
  });
  on_access_ = [&] {
    if (seen_.size() == 1) vcpu_->SetInterruptLine(true);
  };
  Put(0x21 * 4, {0x00, 0x20, 0x00, 0x00});
  Put(0x2000, {0xb0, 0x09, 0xee, 0xf4});  // mov al, 9; out dx, al; hlt
  // mov dx, 0x500; sti; nop; out dx, al; mov ss, bx; mov ss, bx; mov al, 2; out dx, al; hlt
  Real({0xba, 0x00, 0x05, 0xfb, 0x90, 0xee, 0x8e, 0xd3, 0x8e, 0xd3, 0xb0, 0x02, 0xee, 0xf4});
  CpuRegisters registers = *vcpu_->GetRegisters();
  registers.rsp = 0x8000;
  ASSERT_TRUE(vcpu_->SetRegisters(registers).ok());
  while (vcpu_->Run().reason == Reason::kKicked) {
  }
  ASSERT_EQ(seen_.size(), 2u);
  EXPECT_EQ(seen_[1].value, 9u);
  EXPECT_EQ(Get(0x7ffa, 2), 0x100cu) << "it came behind the instruction that follows MOV SS";
}

// --- Time ---------------------------------------------------------------------------------------

TEST_F(SoftVcpuTest, TimeStampCountsInstructions) {
  Real({0x90, 0x90,                      // nop; nop
        0x0f, 0x31, 0x66, 0x89, 0xc3,    // rdtsc; mov ebx, eax
        0x90, 0x66, 0x0f, 0x31,          // nop; rdtsc with a prefix
        0xb4, 0x31, 0xb5, 0x0f, 0xf4});  // mov ah, 0x31; mov ch, 0x0f: bytes that are no rdtsc
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  EXPECT_EQ(vcpu_->GetRegisters()->rbx, 2u);
  EXPECT_EQ(vcpu_->GetRegisters()->rax & 0xff, 5u);
  EXPECT_EQ(vcpu_->GetRegisters()->rip, 0x1010u);
}

TEST_F(SoftVcpuTest, TimeStampInCodeThatAppearsLaterIsFound) {
  Real({0xc7, 0x06, 0x00, 0x50, 0x0f, 0x31,  // mov word [0x5000], 0x310f
        0xc6, 0x06, 0x02, 0x50, 0xf4,        // mov byte [0x5002], 0xf4
        0xea, 0x00, 0x50, 0x00, 0x00});      // jmp 0000:5000
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  EXPECT_EQ(vcpu_->GetRegisters()->rax, 3u);
}

// --- Determinism --------------------------------------------------------------------------------

// The same accesses at the same instructions, wherever slices end.
TEST_F(SoftVcpuTest, TwoRunsMakeTheSameAccesses) {
  const std::vector<uint8_t> code = {0xb9, 0x00, 0x02,        // mov cx, 0x200
                                     0x51, 0xb9, 0x00, 0x02,  // outer: push cx; mov cx, 0x200
                                     0x01, 0xc8, 0xe2, 0xfc,  // inner: add ax, cx; loop inner
                                     0x59, 0x0f, 0x31, 0xba, 0x00,
                                     0x05, 0xef, 0xed,   // pop cx; rdtsc; mov dx, 0x500; out; in
                                     0xe2, 0xee, 0xf4};  // loop outer; hlt
  Real(code);
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  const std::vector<Seen> first = std::move(seen_);
  const uint64_t instructions = *vcpu_->instructions();
  EXPECT_GT(instructions, 500'000u);

  seen_.clear();
  auto again = SoftVcpu::Create(memory_, bus_);
  ASSERT_TRUE(again.ok());
  vcpu_ = *std::move(again);
  Real(code);
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  EXPECT_EQ(seen_, first);
  EXPECT_EQ(*vcpu_->instructions(), instructions);

  // FNV-1a over all of it: the same on every host, and in every later version.
  uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&hash](uint64_t value) {
    for (int i = 0; i < 8; ++i) hash = (hash ^ (value >> 8 * i & 0xff)) * 0x100000001b3;
  };
  for (const Seen& seen : seen_) {
    add(seen.is_write);
    add(seen.offset);
    add(seen.size);
    add(seen.value);
    add(seen.instruction);
  }
  EXPECT_EQ(hash, 0x14a2957e1b830a7du) << std::hex << hash;
}

// --- Guests that mean no good -------------------------------------------------------------------

TEST_F(SoftVcpuTest, JumpToNowhereIsAGuestFault) {
  Long({0xb8, 0x00, 0x00, 0x30, 0x00, 0xff, 0xe0});  // mov eax, 0x300000; jmp rax
  const VmExit exit = vcpu_->Run();
  EXPECT_EQ(exit.reason, Reason::kGuestFault);
  EXPECT_THAT(exit.detail, HasSubstr("0x300000"));
  EXPECT_EQ(vcpu_->GetRegisters()->rip, 0x300000u);
}

TEST_F(SoftVcpuTest, FaultWithoutAHandlerIsAShutdownThatShowsTheInstruction) {
  Long({0x90, 0x0f, 0x0b});  // nop; ud2; the IDT has no gate that is one
  const VmExit exit = vcpu_->Run();
  EXPECT_EQ(exit.reason, Reason::kShutdown);
  EXPECT_EQ(vcpu_->GetRegisters()->rip, 0x1001u);
}

TEST_F(SoftVcpuTest, HandlerThatFaultsItselfEnds) {
  Put(6 * 4, {0x00, 0x20, 0x00, 0x00});  // #UD is 0000:2000
  Put(0x2000, {0x0f, 0x0b});             // ud2
  Real({0xbc, 0x00, 0x80, 0x0f, 0x0b});
  // Real mode has no double fault for this: it goes on for ever, through all of the stack.
  std::thread kick([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    vcpu_->Kick();
  });
  EXPECT_EQ(vcpu_->Run().reason, Reason::kKicked);
  kick.join();
}

TEST_F(SoftVcpuTest, PageTablesThatLeadNowhereAreNoTrouble) {
  Long({0x0f, 0x22, 0xd8});  // mov cr3, rax: all tables are gone, the code's too
  CpuRegisters registers = *vcpu_->GetRegisters();
  registers.rax = 0xffffffffff000;
  ASSERT_TRUE(vcpu_->SetRegisters(registers).ok());
  EXPECT_EQ(vcpu_->Run().reason, Reason::kShutdown);
}

TEST_F(SoftVcpuTest, StateThatNoCpuCanHaveIsRefused) {
  CpuRegisters registers;
  registers.cr0 = 0x80000010;  // PG without PE
  EXPECT_EQ(vcpu_->SetRegisters(registers).code(), absl::StatusCode::kInvalidArgument);
  registers.cr0 = 0x80000011;
  registers.efer = 0x100;  // LME without PAE
  EXPECT_EQ(vcpu_->SetRegisters(registers).code(), absl::StatusCode::kInvalidArgument);
}

// `ljmp` with a register, which is no instruction: this Unicorn ends in an abort over it.
TEST_F(SoftVcpuTest, CodeThatUnicornFailsOnIsAGuestFault) {
  Real({0x90, 0xeb, 0x00, 0xff, 0xee});
  const VmExit exit = vcpu_->Run();
  if (exit.reason == Reason::kShutdown) return;  // a later one that knows better
  EXPECT_EQ(exit.reason, Reason::kGuestFault);
  EXPECT_THAT(exit.detail, HasSubstr("cannot translate"));
  EXPECT_EQ(vcpu_->GetRegisters()->rip, 0x1003u);
}

TEST_F(SoftVcpuTest, CodeThatAlwaysChangesItselfIsStoppedInTime) {
  Real({0xfe, 0x06, 0x05, 0x10,    // again: inc byte [0x1005]
        0xb0, 0x00, 0xeb, 0xf8});  // mov al, 0; jmp again
  std::chrono::steady_clock::time_point kicked;
  std::thread kick([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    kicked = std::chrono::steady_clock::now();
    vcpu_->Kick();
  });
  EXPECT_EQ(vcpu_->Run().reason, Reason::kKicked);
  const auto stopped = std::chrono::steady_clock::now();
  kick.join();
  EXPECT_LT(stopped - kicked, std::chrono::milliseconds(100));
}

// --- Instructions that Unicorn leaves to others ---------------------------------------------------

TEST_F(SoftVcpuTest, SyscallIsInvalidUntilItIsSwitchedOn) {
  Long({0x0f, 0x05});
  EXPECT_EQ(vcpu_->Run().reason, Reason::kShutdown);  // no handler for #UD
  EXPECT_EQ(vcpu_->GetRegisters()->rip, 0x1000u);
}

TEST_F(SoftVcpuTest, SyscallGoesWhereTheMsrsSay) {
  Long({0xb9, 0x82, 0x00, 0x00, 0xc0,              // mov ecx, LSTAR
        0xb8, 0x00, 0x20, 0x00, 0x00, 0x31, 0xd2,  // mov eax, 0x2000; xor edx, edx
        0x0f, 0x30,                                // wrmsr
        0xb9, 0x81, 0x00, 0x00, 0xc0,              // mov ecx, STAR
        0x31, 0xc0, 0xba, 0x08, 0x00, 0x00, 0x00,  // xor eax, eax; mov edx, 8
        0x0f, 0x30,                                // wrmsr
        0xb9, 0x84, 0x00, 0x00, 0xc0,              // mov ecx, FMASK
        0xb8, 0x00, 0x02, 0x00, 0x00, 0x31, 0xd2,  // mov eax, IF; xor edx, edx
        0x0f, 0x30,                                // wrmsr
        0xfb, 0x0f, 0x05});                        // sti; syscall
  CpuRegisters registers = *vcpu_->GetRegisters();
  registers.efer |= 1;  // SCE
  ASSERT_TRUE(vcpu_->SetRegisters(registers).ok());
  Put(0x2000, {0xf4});
  const VmExit exit = vcpu_->Run();
  EXPECT_EQ(exit.reason, Reason::kHalt);
  EXPECT_FALSE(exit.interrupts_enabled);
  registers = *vcpu_->GetRegisters();
  EXPECT_EQ(registers.rip, 0x2001u);
  EXPECT_EQ(registers.cs.selector, 8);
  EXPECT_EQ(registers.ss.selector, 16);
  EXPECT_EQ(registers.rcx, 0x102du);
  EXPECT_NE(registers.r11 & 0x200, 0u);
}

// --- Time ----------------------------------------------------------------------------------------

class SoftClockTest : public SoftVcpuTest {
 protected:
  void SetUp() override {
    SoftVcpuTest::SetUp();
    ASSERT_TRUE(vcpu_->DriveClock(clock_).ok());
  }
  DrivenClock clock_;
};

TEST_F(SoftClockTest, TimeIsTheInstructionsExecuted) {
  std::vector<uint64_t> times;
  on_access_ = [&] { times.push_back(clock_.Now()); };
  // mov dx, 0x500; out dx, al; mov cx, 1000; loop .; out dx, al; hlt
  Real({0xba, 0x00, 0x05, 0xee, 0xb9, 0xe8, 0x03, 0xe2, 0xfe, 0xee, 0xf4});
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  ASSERT_EQ(times.size(), 2u);
  EXPECT_EQ(times[1] - times[0], 1002u * 10);
}

TEST_F(SoftClockTest, TimersRunAtTheirInstruction) {
  uint64_t ran_at = 0;
  const size_t timer = clock_.AddTimer([&] { ran_at = vcpu_->instructions().value_or(0); });
  clock_.Set(timer, 5000);
  // mov cx, 10000; loop .; hlt
  Real({0xb9, 0x10, 0x27, 0xe2, 0xfe, 0xf4});
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  EXPECT_EQ(ran_at, 500u);
}

TEST_F(SoftClockTest, TimerThatADeviceSetsInAnAccessRunsAtItsInstruction) {
  uint64_t ran_at = 0;
  const size_t timer = clock_.AddTimer([&] { ran_at = clock_.Now(); });
  uint64_t set_at = 0;
  on_access_ = [&] {
    set_at = clock_.Now();
    clock_.Set(timer, set_at + 300);
  };
  // mov dx, 0x500; out dx, al; mov cx, 10000; loop .; hlt
  Real({0xba, 0x00, 0x05, 0xee, 0xb9, 0x10, 0x27, 0xe2, 0xfe, 0xf4});
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt);
  EXPECT_EQ(ran_at, set_at + 300);
}

TEST_F(SoftClockTest, HaltedCpuSkipsToTheTimerThatWakesIt) {
  vcpu_->ConnectInterrupts([&] {
    vcpu_->SetInterruptLine(false);
    return uint8_t{0x21};
  });
  const size_t timer = clock_.AddTimer([&] { vcpu_->SetInterruptLine(true); });
  clock_.Set(timer, 3'600'000'000'000);  // an hour
  Put(0x21 * 4, {0x00, 0x20, 0x00, 0x00});
  Put(0x2000, {0xcf});             // iret
  Real({0xfb, 0xf4, 0xfa, 0xf4});  // sti; hlt; cli; hlt
  CpuRegisters registers = *vcpu_->GetRegisters();
  registers.rsp = 0x8000;
  ASSERT_TRUE(vcpu_->SetRegisters(registers).ok());
  VmExit exit;
  do {
    exit = vcpu_->Run();
  } while (exit.reason == Reason::kKicked);
  EXPECT_EQ(exit.reason, Reason::kHalt);
  EXPECT_FALSE(exit.interrupts_enabled);
  EXPECT_GE(clock_.Now(), 3'600'000'000'000u);
  EXPECT_LT(*vcpu_->instructions(), 10u);
}

TEST_F(SoftClockTest, HaltedCpuWithoutATimerComesBack) {
  vcpu_->ConnectInterrupts([] { return uint8_t{0x21}; });
  Real({0xfb, 0xf4});
  EXPECT_TRUE(vcpu_->Run().interrupts_enabled);
  EXPECT_EQ(vcpu_->Run().reason, Reason::kHalt) << "and it stays halted";
}

TEST_F(SoftVcpuTest, CpuBeginsInTheStateAfterReset) {
  const CpuRegisters registers = *vcpu_->GetRegisters();
  EXPECT_TRUE(registers.IsResetState()) << Format(registers);
}

}  // namespace
}  // namespace cardcage
