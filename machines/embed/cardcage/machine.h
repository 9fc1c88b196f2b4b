// SPDX-License-Identifier: MIT
// A machine inside a program of one's own. It is described in C++ with the words of a machine file
// (docs/machine-file.md), and goes the same way as one: what may stand there may be said here, and is refused
// with the same messages.
//
//   namespace embed = cardcage::embed;
//   embed::Machine machine("two-plus-two");
//   machine.AddTypes(cardcage::BuiltinDevices());
//   machine.AddMemory("code", 0x1000, 4096);
//   machine.AddDevice("com1", "ns16550a", {{"at", embed::Port(0x3f8)}, {"console", "stdio"}});
//   machine.Load(0x1000, kCode);
//   machine.Boot({{"registers", embed::Map({{"rip", 0x1000}, {"rax", 2}, {"rbx", 2}})}});
//   const embed::Outcome outcome = machine.Run();
//
// It needs the C++ standard library and abi.h.
#ifndef CARDCAGE_MACHINE_H_
#define CARDCAGE_MACHINE_H_

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "cardcage/abi.h"

// Where Cardcage is installed: CMake's target Cardcage::cardcage says it.
#ifndef CARDCAGE_PREFIX
#define CARDCAGE_PREFIX ""
#endif

namespace cardcage::embed {

// What stands behind a key: a number, true or false, or text. Text is what one would write in a machine file:
// "64KiB", "pic.4", the name of a backend.
class Value {
 public:
  // NOLINTBEGIN(google-explicit-constructor): so that {"rax", 2} and {"type", "ring"} can be written
  template <std::integral T>
  Value(T number) : yaml_(std::to_string(number)) {
    if constexpr (std::is_same_v<T, bool>) yaml_ = number ? "true" : "false";
  }
  Value(double factor);
  Value(std::string_view text);
  Value(const std::string& text) : Value(std::string_view(text)) {}
  Value(const char* text) : Value(std::string_view(text)) {}
  // NOLINTEND(google-explicit-constructor)

  // As it stands in a machine file, in one line.
  static Value FromYaml(std::string yaml);
  const std::string& yaml() const { return yaml_; }

 private:
  Value() = default;
  std::string yaml_;
};

struct Setting {
  std::string key;
  Value value;
};
using Settings = std::vector<Setting>;

// A place of a device's registers.
Value Port(uint64_t port);
Value Mmio(uint64_t address);
// Keys with values of their own, and several values.
Value Map(const Settings& settings);
Value List(const std::vector<Value>& values);

// How a run ended.
struct Outcome {
  enum class Cause {
    kHalt,          // the guest: HLT that nothing can wake
    kPowerOff,      // the guest
    kReset,         // the guest
    kDevice,        // a device asked for it, with a code
    kStopped,       // Stop(), or Ctrl-A x at the terminal that is its stdio
    kOutputClosed,  // nobody reads its stdio any more
    kTimeout,
    kGuestFault,    // the guest did what its CPU cannot go on from; `message` is the report
    kWrongMachine,  // it makes no sense, and did not run; `message` says all that is wrong
    kHost,          // the host cannot, or has failed
  };
  Cause cause = Cause::kHalt;
  uint64_t code = 0;   // kDevice: the guest's own
  std::string device;  // kDevice: which
  // For people, in lines that end with a line feed, with what would help. Empty after a good end.
  std::string message;
  int exit_code = 0;  // as of `cardcage run`: 0 to 63 the guest's own, from 64 on what went wrong
};

struct RunOptions {
  std::optional<std::chrono::nanoseconds> timeout = std::nullopt;
  // Each run is the same, to the last access: in software, and without input.
  bool deterministic = false;
  // Gets lines for people, on any thread, and must not block. Without one they go to standard error.
  std::function<void(std::string_view line)> log = nullptr;
};

// The description of a machine, and its runs. What is added is only looked at by Check() and Run(), which say all
// that is wrong with it.
// Threads: one at a time, but for Stop(). Several machines may run at once, each on a thread of its own; one of
// them may use stdio.
// Signals: the program's own, but for SIGRTMIN, by which KVM's CPUs are stopped. A terminal that is the machine's
// stdio is given back when Run() returns, and before a fatal signal (SIGSEGV, SIGABRT) ends the process.
class __attribute__((visibility("default"))) Machine final {
 public:
  // `prefix` is the installation that has the soft engine and the shipped guests.
  explicit Machine(std::string name, std::string prefix = CARDCAGE_PREFIX);
  // The machine that a file describes. Types can be added, all else stands in the file; `plugins` cannot.
  static Machine FromFile(std::string path, std::string prefix = CARDCAGE_PREFIX);
  ~Machine();
  Machine(Machine&& other) noexcept;
  Machine& operator=(Machine&& other) noexcept;

  // Device types that the machine may use. Those of a plugin come before those of a table, as
  // cardcage::BuiltinDevices(). All outlive the machine.
  void AddTypes(const cardcage_plugin& plugin);
  void AddTypes(std::span<const cardcage_plugin* const> table);

  // A slot of memory, in bytes; of what kind: ram, rom or reserved.
  void AddMemory(std::string_view name, uint64_t at, uint64_t size, std::string_view kind = "ram");
  // The host side of devices: {{"path", "console.txt"}} of type "file".
  void AddBackend(std::string_view name, std::string_view type, const Settings& settings = {});
  // A device, with `at`, `irq`, `cage` and its type's own parameters.
  void AddDevice(std::string_view name, std::string_view type, const Settings& settings = {});
  // What else a machine file has: Set("cpu", {{"engine", "soft"}}), chipset, clock.
  void Set(std::string_view key, const Settings& settings);

  // Content of the memory before the guest begins: bytes, which are copied, or those of a file.
  void Load(uint64_t at, std::span<const uint8_t> bytes);
  void LoadFile(uint64_t at, std::string_view path);
  // Where and how the guest begins: {{"entry", 0x1000}}; mode, registers.
  void Boot(const Settings& settings);

  // All that is wrong with the description, as a compiler says it; empty where it is right. The host is not asked.
  std::string Check() const;

  // Makes the machine and runs it until it ends. Blocks. Each run begins anew.
  Outcome Run(const RunOptions& options = {});

  // Ends the run that is going on; without one, the next one before its guest's first instruction. Any thread.
  void Stop();

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace cardcage::embed

#endif  // CARDCAGE_MACHINE_H_
