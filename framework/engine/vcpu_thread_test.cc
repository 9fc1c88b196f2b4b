// SPDX-License-Identifier: MIT
#include "framework/engine/vcpu_thread.h"

#include <condition_variable>
#include <deque>
#include <mutex>

#include "gtest/gtest.h"

namespace cardcage {
namespace {

using Reason = VmExit::Reason;

// A CPU that comes back with the exits it was given, and then runs until it is kicked.
class FakeVcpu final : public Vcpu {
 public:
  VmExit Run() override {
    std::unique_lock lock(mutex_);
    ++runs;
    if (!exits.empty()) {
      VmExit exit = exits.front();
      exits.pop_front();
      return exit;
    }
    changed_.wait(lock, [&] { return kicked_; });
    kicked_ = false;
    return {};
  }
  void Kick() override {
    const std::lock_guard lock(mutex_);
    kicked_ = true;
    changed_.notify_all();
  }
  absl::StatusOr<CpuRegisters> GetRegisters() override { return CpuRegisters(); }
  absl::Status SetRegisters(const CpuRegisters&) override { return absl::OkStatus(); }
  absl::StatusOr<uint64_t> Translate(uint64_t linear) override { return linear; }
  const AccessTrail& trail() const override { return trail_; }
  Accessor& accessor() override { return accessor_; }

  std::deque<VmExit> exits;
  int runs = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool kicked_ = false;
  AccessTrail trail_;
  Accessor accessor_{0};
};

VmExit Exit(Reason reason, bool interrupts = false) {
  VmExit exit;
  exit.reason = reason;
  exit.interrupts_enabled = interrupts;
  return exit;
}

TEST(VcpuThread, TellsTheExitThatEndsIt) {
  FakeVcpu vcpu;
  vcpu.exits = {Exit(Reason::kKicked), Exit(Reason::kShutdown)};
  VmExit seen;
  VcpuThread thread(vcpu, [&](VmExit exit) { seen = std::move(exit); });
  thread.Start();
  thread.Join();
  EXPECT_EQ(seen.reason, Reason::kShutdown);
  EXPECT_EQ(vcpu.runs, 2);
}

TEST(VcpuThread, HaltWithInterruptsOffEndsIt) {
  FakeVcpu vcpu;
  vcpu.exits = {Exit(Reason::kHalt, false)};
  bool ended = false;
  VcpuThread thread(vcpu, [&](const VmExit&) { ended = true; });
  thread.Start();
  thread.Join();
  EXPECT_TRUE(ended);
}

TEST(VcpuThread, HaltWithInterruptsOnWaitsAndCanBeStopped) {
  FakeVcpu vcpu;
  vcpu.exits = {Exit(Reason::kHalt, true)};
  bool ended = false;
  VcpuThread thread(vcpu, [&](const VmExit&) { ended = true; });
  thread.Start();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  thread.RequestStop();
  thread.Join();
  EXPECT_FALSE(ended);
}

TEST(VcpuThread, StopsACpuThatRuns) {
  FakeVcpu vcpu;
  bool ended = false;
  VcpuThread thread(vcpu, [&](const VmExit&) { ended = true; });
  thread.Start();
  thread.RequestStop();
  thread.Join();
  EXPECT_FALSE(ended);
}

TEST(VcpuThread, StopBeforeTheStartIsKept) {
  FakeVcpu vcpu;
  VcpuThread thread(vcpu, [](const VmExit&) {});
  thread.RequestStop();
  thread.Start();
  thread.Join();
  EXPECT_EQ(vcpu.runs, 0);
}

TEST(AccessTrail, KeepsTheLastOnesInOrder) {
  AccessTrail trail;
  EXPECT_TRUE(trail.Entries().empty());
  for (uint64_t i = 0; i < 20; ++i) trail.Add({.address = i, .count = 1, .size = 1});
  const auto entries = trail.Entries();
  ASSERT_EQ(entries.size(), AccessTrail::kLength);
  EXPECT_EQ(entries.front().address, 4u);
  EXPECT_EQ(entries.back().address, 19u);
}

TEST(AccessTrail, SaysAnEntryAsAPersonWould) {
  EXPECT_EQ(Describe(AccessTrail::Entry{.address = 0x3f8,
                                        .value = 0x34,
                                        .count = 1,
                                        .size = 1,
                                        .is_port = true,
                                        .is_write = true}),
            "out 0x3f8, 1 byte: 0x34");
  EXPECT_EQ(Describe(AccessTrail::Entry{.address = 0xd0000, .value = 7, .count = 1, .size = 4}),
            "read of 0xd0000, 4 bytes: 0x7");
  EXPECT_EQ(
      Describe(AccessTrail::Entry{.address = 0x500, .count = 1024, .size = 2, .is_port = true}),
      "in 0x500, 2 bytes, 1024 times");
}

TEST(CpuRegisters, KnowHowWideTheCodeIs) {
  CpuRegisters registers;
  EXPECT_EQ(registers.CodeBits(), 16);
  registers.cr0 |= CpuRegisters::kCr0Protected;
  registers.cs.default_32 = true;
  EXPECT_EQ(registers.CodeBits(), 32);
  registers.efer = CpuRegisters::kEferLongActive;
  registers.cs.long_mode = true;
  EXPECT_EQ(registers.CodeBits(), 64);
}

TEST(CpuRegisters, ResetStateIsTheOneWithTheHighCodeSegment) {
  CpuRegisters registers;
  EXPECT_FALSE(registers.IsResetState());
  registers.cs.selector = 0xf000;
  registers.cs.base = 0xffff0000;
  EXPECT_TRUE(registers.IsResetState());
}

}  // namespace
}  // namespace cardcage
