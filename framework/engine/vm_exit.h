// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_VM_EXIT_H_
#define CARDCAGE_FRAMEWORK_ENGINE_VM_EXIT_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cardcage {

// Why a virtual CPU came back from Vcpu::Run(). Accesses to ports and memory are not among them: the
// engine serves these from the bus and goes on.
struct VmExit {
  enum class Reason {
    kKicked,        // Kick(), or a signal
    kHalt,          // HLT, where no interrupt controller of the engine takes it
    kShutdown,      // triple fault
    kPowerOff,      // the guest asked the engine to power off
    kReset,         // the guest asked the engine for a reset
    kGuestCrash,    // the guest told the engine that it has crashed
    kGuestFault,    // an instruction that the engine cannot execute, memory that it cannot reach
    kDebug,         // a breakpoint or single step that nobody asked for
    kEntryFailed,   // the state that the CPU was given is one that hardware refuses
    kUnhandled,     // an exit that this version does not know
    kEngineFailed,  // the host's side broke
  };

  Reason reason = Reason::kKicked;
  bool interrupts_enabled = false;  // kHalt
  std::string detail;               // what the engine knows more, for people; may be empty
  std::vector<uint8_t> bytes;       // kGuestFault: of the instruction, where the engine has them
};

// "triple fault", "halt": for messages.
std::string_view Describe(VmExit::Reason reason);
// "shutdown", "halt": for programs.
std::string_view Name(VmExit::Reason reason);

// The last accesses of a CPU, for a fault that left nothing else to look at. One thread.
class AccessTrail {
 public:
  static constexpr size_t kLength = 16;  // a power of two

  struct Entry {
    uint64_t address = 0;
    uint64_t value = 0;
    uint32_t count = 0;  // elements, of a string instruction
    uint8_t size = 0;    // in bytes; 0: never used
    bool is_port = false;
    bool is_write = false;
  };

  void Add(const Entry& entry) { entries_[next_++ % kLength] = entry; }

  // From the oldest to the latest.
  std::vector<Entry> Entries() const;

 private:
  std::array<Entry, kLength> entries_;
  size_t next_ = 0;
};

// "out 0x3f8, 1 byte: 0x34".
std::string Describe(const AccessTrail::Entry& entry);

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_ENGINE_VM_EXIT_H_
