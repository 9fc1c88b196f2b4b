// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_SOFT_SOFT_VCPU_H_
#define CARDCAGE_FRAMEWORK_ENGINE_SOFT_SOFT_VCPU_H_

#include <atomic>
#include <bitset>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "framework/engine/engine.h"
#include "framework/engine/soft/memory_access.h"
#include "framework/engine/soft/unicorn_cpu.h"

namespace cardcage {

// The CPU of the soft engine. See Vcpu for the threads.
//
// It runs in slices, counted in instructions, and looks between two of them whether it was kicked. What
// an instruction wants that Unicorn leaves to others (an exception, HLT, the time) ends a slice early and
// is done here, with the CPU at rest.
class SoftVcpu final : public Vcpu, private x86_64::PhysicalMemory {
 public:
  // Errors: as UnicornCpu::Create.
  static absl::StatusOr<std::unique_ptr<SoftVcpu>> Create(GuestMemory& memory, Bus& bus);

  VmExit Run() override;
  void Kick() override { kicked_.store(true); }
  absl::StatusOr<CpuRegisters> GetRegisters() override { return cpu_->Load().registers; }
  absl::Status SetRegisters(const CpuRegisters& registers) override;
  absl::StatusOr<uint64_t> Translate(uint64_t linear) override;
  std::optional<uint64_t> instructions() const override { return executed_; }
  absl::Status DriveClock(DrivenClock& clock) override;
  const AccessTrail& trail() const override { return trail_; }
  Accessor& accessor() override { return accessor_; }

 private:
  // At 20 million instructions a second, which is slow, a slice takes 1 ms.
  static constexpr uint64_t kSlice = 20'000;
  // Of the clock that it drives.
  static constexpr uint64_t kNanosecondsPerInstruction = 10;

  // Why a slice ended.
  enum class Stop {
    kNone,       // Unicorn has stopped by itself
    kSlice,      // its instructions were executed, or somebody wants to look in between
    kEvent,      // event_ is to be delivered
    kTimeStamp,  // the next instruction is RDTSC
    kSyscall,    // SYSCALL was executed
    kFailed,     // Unicorn met what it did not expect; trouble_ says more
    kUnknown,    // an event that no CPU should have; unknown_ is its number
  };

  // A stretch of physical addresses that no RAM is behind, as Unicorn calls back for it.
  struct Gap {
    SoftVcpu* vcpu;
    uint64_t base;
  };
  // A byte of ROM that a write went over, to be put back.
  struct RomByte {
    std::byte* at;
    std::byte value;
  };

  SoftVcpu(std::unique_ptr<UnicornCpu> cpu, GuestMemory& memory, Bus& bus)
      : cpu_(std::move(cpu)), library_(cpu_->library()), memory_(memory), bus_(bus), accessor_(0) {}
  absl::Status MapMemory();
  absl::Status MapGap(uint64_t begin, uint64_t end);
  absl::Status AddHooks();

  // Lets time catch up with the instructions, and timers with the time.
  void RunTimers();
  // Lets the clock that it drives run until a device has answered.
  void AwaitAnswer();
  // Takes the interrupt that waits, where the CPU can take one now; otherwise how many instructions it
  // executes until that is asked again.
  uint64_t BeforeSlice(std::optional<VmExit>& exit);
  bool BlocksInterrupts(const CpuRegisters& registers);
  uint64_t Time() const { return executed_ * kNanosecondsPerInstruction + skipped_; }
  // How many instructions at most until a timer is due.
  uint64_t UntilTimer() const;
  // Executes until something stops it, at most so many instructions.
  void RunSlice(uint64_t most);
  // What an exit is made of that ends the guest, or the slice's own end: nothing.
  std::optional<VmExit> Settle();
  std::optional<VmExit> DeliverEvent(x86_64::Event event);
  void ExecuteTimeStamp();
  std::optional<VmExit> ExecuteSyscall();
  VmExit Explain();
  VmExit Halt();

  void RequestLook() { limit_ = executed_; }
  // Before and behind each access of the guest to a device.
  void Serving();
  void Served(const AccessTrail::Entry& access);
  // At the limit: whether the slice ends.
  bool AtLimit();
  bool IsTimeStampAt(uint64_t linear, unsigned size);
  // Code at a linear address was translated: what is to be remembered of it.
  void NoteCode(uint64_t linear, size_t size);
  void RestoreRom();
  // Where a linear address lies, as a CPU with these registers translates it, and the byte there; null
  // where there is no memory. Memory goes on to the page's end.
  struct Location {
    uint64_t physical = 0;
    std::byte* host = nullptr;
  };
  Location Locate(const CpuRegisters& registers, uint64_t linear);

  // x86_64::PhysicalMemory.
  uint64_t Read(uint64_t address, unsigned size) override;
  void Write(uint64_t address, unsigned size, uint64_t value) override;

  // Unicorn's callbacks; `self` is the SoftVcpu, of the last two the Gap.
  static void OnCode(uc_engine*, uint64_t address, uint32_t size, void* self);
  static void OnBlockMade(uc_engine*, uc_tb* made, uc_tb* before, void* self);
  static void OnInterrupt(uc_engine*, uint32_t number, void* self);
  static bool OnInvalid(uc_engine*, void* self);
  static void OnSyscall(uc_engine*, void* self);
  static uint32_t OnIn(uc_engine*, uint32_t port, int size, void* self);
  static void OnOut(uc_engine*, uint32_t port, int size, uint32_t value, void* self);
  static void OnMemory(uc_engine*, uc_mem_type type, uint64_t address, int size, int64_t value,
                       void* self);
  static bool OnMemoryTrouble(uc_engine*, uc_mem_type type, uint64_t address, int size,
                              int64_t value, void* self);
  static uint64_t OnGapRead(uc_engine*, uint64_t offset, unsigned size, void* gap);
  static void OnGapWrite(uc_engine*, uint64_t offset, unsigned size, uint64_t value, void* gap);

  const std::unique_ptr<UnicornCpu> cpu_;
  const UnicornLibrary& library_;
  GuestMemory& memory_;
  Bus& bus_;
  Accessor accessor_;
  AccessTrail trail_;
  std::atomic<bool> kicked_{false};
  std::vector<std::unique_ptr<Gap>> gaps_;

  uint64_t executed_ = 0;  // instructions, each repetition of a string instruction counted
  uint64_t limit_ = 0;     // of executed_, where somebody looks
  uint64_t slice_end_ = 0;
  uint32_t size_ = 0;  // of the latest instruction, in bytes
  Stop stop_ = Stop::kNone;
  x86_64::Event event_;
  uint32_t unknown_ = 0;
  uc_err error_ = UC_ERR_OK;
  std::string trouble_;  // why the guest cannot go on, for people

  MemoryAccess access_;
  std::vector<RomByte> rom_;
  bool is_counted_ = false;  // the latest access, among those that ROM dropped
  bool has_started_ = false;
  bool is_halted_ = false;  // it has executed HLT and waits for an interrupt
  bool awaits_window_ =
      false;  // an interrupt waits for the guest to allow it: each instruction may
  // The instruction before this one was seen, and lets interrupts in behind it.
  bool is_open_ = false;
  DrivenClock* clock_ = nullptr;  // that its instructions drive, or null
  uint64_t skipped_ = 0;          // of that clock's ns, while the CPU waited
  // Where code was translated from: of a page's bytes the first and one behind the last, by page frame,
  // and where the CPU saw the page.
  struct Extent {
    uint64_t begin;
    uint64_t end;
    uint64_t linear_page;
  };
  absl::flat_hash_map<uint64_t, Extent> code_;
  // Where RDTSC may end, by the low bits of the address; found when code is translated.
  std::bitset<4096> time_stamps_;
  bool any_time_stamp_ = false;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_ENGINE_SOFT_SOFT_VCPU_H_
