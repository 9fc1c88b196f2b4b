// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_ENGINE_H_
#define CARDCAGE_FRAMEWORK_ENGINE_ENGINE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/bus/address_range.h"
#include "framework/bus/address_space.h"
#include "framework/engine/registers.h"
#include "framework/engine/vm_exit.h"
#include "framework/event/virtual_clock.h"
#include "framework/memory/guest_memory.h"

namespace cardcage {

// A virtual CPU. Everything but Kick() is for the thread that runs it, or, before it first runs, for
// the one that made it.
class Vcpu {
 public:
  virtual ~Vcpu() = default;

  // Runs the guest on the calling thread and serves its accesses from the bus, until something else
  // happens. What came before is then complete: the registers can be read.
  virtual VmExit Run() = 0;

  // Makes Run() return with kKicked, now or, if it does not run, as soon as it is called. Any thread.
  virtual void Kick() = 0;

  // Errors: Internal, with the system call's name.
  virtual absl::StatusOr<CpuRegisters> GetRegisters() = 0;
  // Errors: InvalidArgument where the CPU cannot have such a state; Internal.
  virtual absl::Status SetRegisters(const CpuRegisters& registers) = 0;

  // Where a linear address lies in guest memory, as this CPU translates it now.
  // Errors: NotFound where it is not mapped.
  virtual absl::StatusOr<uint64_t> Translate(uint64_t linear) = 0;

  // How many instructions it has executed, where the engine counts them. Not while it runs.
  virtual std::optional<uint64_t> instructions() const { return std::nullopt; }

  virtual const AccessTrail& trail() const = 0;
  // Its way onto the buses: the counters are anyone's to read, the answer is for devices to give.
  virtual Accessor& accessor() = 0;

  // Joins an interrupt controller to its INTR pin, for engines without controllers of their own:
  // `acknowledge` gives the vector, on the CPU's thread, when it takes the interrupt. Before it first runs.
  void ConnectInterrupts(std::function<uint8_t()> acknowledge) {
    acknowledge_ = std::move(acknowledge);
  }
  // The level of that pin. Any thread; does not block. Who waits because of a HLT is to be woken by the
  // caller.
  void SetInterruptLine(bool level) {
    interrupt_line_.store(level);
    if (level) NoticeInterrupt();
  }

  // Has its instructions drive that clock, and run its timers. Before it first runs; the clock outlives it.
  // Errors: Unimplemented where the engine does not count instructions.
  virtual absl::Status DriveClock(DrivenClock& clock);

 protected:
  // Makes Run() look at the pin before the guest executes much further. Any thread.
  virtual void NoticeInterrupt() { Kick(); }
  bool has_interrupts() const { return acknowledge_ != nullptr; }
  bool interrupt_line() const { return interrupt_line_.load(std::memory_order_relaxed); }
  uint8_t Acknowledge() const { return acknowledge_(); }

 private:
  std::function<uint8_t()> acknowledge_;
  std::atomic<bool> interrupt_line_{false};
};

// What every engine is told about the machine before it is made.
struct EngineConfig {
  uint32_t cpus = 1;
  bool kernel_irqchip = false;  // the interrupt controllers and timer of the engine itself
  bool deterministic = false;   // every run makes the same accesses, to the last one
  enum class Clock { kReal, kScaled, kInstructions } clock = Clock::kReal;
  // A folder that has the engine's module as libexec/cardcage/…, where it does not lie beside the program; or
  // empty.
  std::string installation;
};

// What an engine cannot give a machine: the key of the machine file that asks for it, or the option of
// the command, and why not.
struct EngineRefusal {
  std::string key;
  std::string reason;
};

// A range that an engine answers itself, in whichever space; for messages, the owner's name and the
// key of the machine file that brings it, or nothing where every machine has it.
struct OwnedRange {
  bool is_port = false;
  AddressRange range;
  std::string owner;
  std::string because_of;
};

// What runs virtual CPUs. One thread, unless a function says more.
class Engine {
 public:
  // Gets a line about something odd that the guest did. Any vCPU's thread; must not block.
  using Reporter = std::function<void(std::string_view line)>;

  virtual ~Engine() = default;

  // Makes a virtual CPU on the bus, in the state after reset. The i-th call makes CPU i. The bus and
  // the engine outlive it.
  // Errors: Unavailable or ResourceExhausted, with the cure.
  virtual absl::StatusOr<std::unique_ptr<Vcpu>> CreateVcpu(Bus& bus) = 0;

  // Drives an input of the engine's own interrupt controllers, by its GSI; each change is told, and
  // nothing else. Any thread; does not block.
  // Errors: Unimplemented where it has none; Internal.
  virtual absl::Status SetInterrupt(uint32_t gsi, bool level);
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_ENGINE_ENGINE_H_
