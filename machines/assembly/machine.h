// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_ASSEMBLY_MACHINE_H_
#define CARDCAGE_MACHINES_ASSEMBLY_MACHINE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/backend/char_backend.h"
#include "framework/backend/stdio_backend.h"
#include "framework/bus/address_space.h"
#include "framework/device/device.h"
#include "framework/engine/engine.h"
#include "framework/engine/engine_type.h"
#include "framework/engine/vcpu_thread.h"
#include "framework/event/event_loop.h"
#include "framework/event/real_clock.h"
#include "framework/wire/signal_queue.h"
#include "framework/wire/wire.h"
#include "machines/assembly/plan.h"

namespace cardcage {

// Why a machine ended.
struct MachineEnd {
  enum class Cause {
    kCpu,           // a CPU's exit that it cannot go on from, a halt included
    kDevice,        // a device asked for it, with a code of the guest's
    kReset,         // a device has raised the machine's reset line
    kTimeout,       // it had no more time
    kSignal,        // the process got a signal; the code is its number
    kQuit,          // the person at the terminal asked for it
    kOutputClosed,  // nobody reads its output any more
  };
  Cause cause = Cause::kQuit;
  uint64_t code = 0;   // kDevice, kSignal
  std::string device;  // kDevice
  uint32_t cpu = 0;    // kCpu
  VmExit exit;         // kCpu
};

// A machine: memory, devices on buses, CPUs. One thread, that of its event loop, makes it, starts it
// and ends it; each CPU runs on a thread of its own.
class Machine final : public DeviceServices {
 public:
  // Reports a line, for people. Any thread; must not block.
  using Log = std::function<void(std::string_view line)>;
  // Gets the key that was typed after Ctrl-A. On the loop's thread.
  using EscapeKey = std::function<void(uint8_t key)>;

  // What a machine's `stdio` is made of, beside the process's own descriptors.
  struct Console {
    EscapeKey escape_key;
    // All of the guest's input, where the machine is deterministic. See Stdio.
    std::optional<std::vector<uint8_t>> script;
  };

  // What went wrong with making a machine, and where the machine file says it. The place has no line
  // where it is about the host as a whole.
  struct Failure {
    enum class Whose { kFile, kHost } whose = Whose::kHost;
    Place place;
    std::string message;
  };

  // Makes the machine of a plan without errors, and resets it. Plan, loop and what the log needs
  // outlive it. Null with `failure` filled where it cannot be.
  static std::unique_ptr<Machine> Create(const Plan& plan, EventLoop& loop, Log log,
                                         Console console, Failure* failure);
  ~Machine() override;

  // Lets the CPUs run.
  void Start();

  // Makes the CPUs stop, and then the loop quit. The first cause wins. Any thread, a CPU's own in the
  // middle of an access included; returns at once.
  void RequestEnd(MachineEnd end);

  // The name of the engine that runs it.
  std::string_view engine() const { return engine_type_->name; }

  // Once the loop has quit.
  const MachineEnd& end() const { return end_; }

  const std::vector<std::unique_ptr<Vcpu>>& cpus() const { return vcpus_; }
  const GuestMemory& memory() override { return memory_; }
  Bus& bus() { return bus_; }
  // Null where no device uses it.
  Stdio* stdio() { return stdio_.get(); }
  // Those that devices use, in the order in which they were made: a tee comes after its members.
  struct NamedBackend {
    std::string name;
    std::unique_ptr<CharBackend> backend;
  };
  const std::vector<NamedBackend>& backends() const { return backends_; }

 private:
  Machine(const Plan& plan, EventLoop& loop, Log log);
  bool BuildMemory(Failure* failure);
  bool BuildBackends(Console console, Failure* failure);
  bool BuildDevices(Failure* failure);
  bool BuildCpus(Failure* failure);
  bool PowerOn(Failure* failure);
  bool BuildClock(Failure* failure);
  bool PlaceDevices(Failure* failure);
  void ConnectWires();
  Wire& WireTo(const Plan::Irq& irq);
  Wire::Sink SinkOf(const Plan::Irq& irq);
  absl::Status TryEngine(const EngineType& type);

  void DeviceLog(const std::string& device, uint32_t severity, std::string_view line) override;
  void DeviceStop(const std::string& device, uint64_t code) override;
  VirtualClock& clock() override { return *clock_; }
  EventLoop& loop() override { return loop_; }
  int64_t StartTime(bool local) override;
  PendingAnswer* AnswerOf(uint32_t vcpu) override {
    return vcpu < vcpus_.size() ? &vcpus_[vcpu]->accessor().answer : nullptr;
  }
  // Quits the loop once all devices stand still, or time is up.
  void QuitWhenPaused(EventLoop::Clock::time_point limit);
  // The names of those that are not finished with a step.
  std::string Unsettled() const;

  const Plan& plan_;
  EventLoop& loop_;
  const Log log_;
  GuestMemory memory_;
  std::unique_ptr<Stdio> stdio_;          // before the consoles on it
  std::vector<NamedBackend> backends_;    // before the devices that use them
  std::vector<CharBackend*> backend_of_;  // by the plan's index; null where nobody uses it
  std::unique_ptr<VirtualClock> clock_;
  RealClock* real_clock_ = nullptr;  // clock_, where it is one of the two kinds
  DrivenClock* driven_clock_ = nullptr;
  SignalQueue signals_;
  // By what they lead to; before the devices, which drive them.
  std::map<std::tuple<Plan::Irq::To, size_t, uint32_t>, std::unique_ptr<Wire>> wires_;
  std::vector<std::unique_ptr<Device>> devices_;
  Bus bus_;                                  // after the devices: its mappings lead to them
  const EngineType* engine_type_ = nullptr;  // the one that runs it
  std::unique_ptr<Engine> engine_;
  std::vector<std::unique_ptr<Vcpu>> vcpus_;
  std::vector<std::unique_ptr<VcpuThread>> threads_;

  std::atomic<bool> ending_{false};  // somebody's cause has won
  MachineEnd end_;                   // written by who won
};

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_ASSEMBLY_MACHINE_H_
