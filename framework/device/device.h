// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_DEVICE_DEVICE_H_
#define CARDCAGE_FRAMEWORK_DEVICE_DEVICE_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardcage/abi.h"
#include "framework/backend/char_backend.h"
#include "framework/bus/mapping.h"
#include "framework/bus/pending_answer.h"
#include "framework/device/device_state.h"
#include "framework/device/memory_views.h"
#include "framework/device/params.h"
#include "framework/device/rules.h"
#include "framework/device/spread_region.h"
#include "framework/device/turn.h"
#include "framework/event/event_loop.h"
#include "framework/event/virtual_clock.h"
#include "framework/memory/guest_memory.h"
#include "framework/wire/signal_queue.h"
#include "framework/wire/wire.h"

namespace cardcage {

// What a type declares of outputs and inputs.
inline std::span<const cardcage_signal* const> OutputsOf(const cardcage_type& type) {
  return {type.signals, type.signal_count};
}
inline std::span<const cardcage_signal* const> InputsOf(const cardcage_type& type) {
  return {type.inputs, type.input_count};
}
// Its table as an interrupt controller, or null.
const cardcage_interrupt_controller* InterruptControllerOf(const cardcage_type& type);

class DeviceHost;

// What a device's host services come down to: the cage around it. Any thread; must not block.
class DeviceServices {
 public:
  virtual ~DeviceServices() = default;
  // `severity` is CARDCAGE_LOG_*. Already limited in rate.
  virtual void DeviceLog(const std::string& device, uint32_t severity, std::string_view line) = 0;
  // It broke a rule of the contract: `how` says how, in words that go behind its name.
  virtual void DeviceBroke(const std::string& device, Rule rule, std::string_view how);
  virtual void DeviceStop(const std::string& device, uint64_t code) = 0;
  // Both outlive the device, and run nothing of it any more when it goes.
  virtual VirtualClock& clock() = 0;
  virtual EventLoop& loop() = 0;
  // The calendar's time when the machine's was 0, in seconds since 1970-01-01; UTC or the host's local.
  virtual int64_t StartTime(bool local) = 0;
  // The machine's memory, which outlives the device.
  virtual const GuestMemory& memory() = 0;
  // Where the answer goes that is owed to that CPU, or null where there is no such CPU.
  virtual PendingAnswer* AnswerOf(uint32_t vcpu) = 0;
  // Whether rules are checked that cost something to check.
  virtual bool ChecksRules() const { return kCheckRules; }
};

// One device of a machine, behind the C contract: its instance, its turn, its view of the host.
//
// A reset, a pause and its end may be finished later, by what the event loop brings: `is_settled` tells.
class Device final : public SignalTarget {
 public:
  // The lines that a device may log before it is silenced.
  static constexpr unsigned kLogLimit = 64;
  // How long somebody waits for a device that finishes something later.
  static constexpr std::chrono::seconds kMostWait{5};

  // `type` is whole, as TypeRegistry gives it; `values` has one entry a parameter. Type, backends and services outlive the device.
  // Errors: InvalidArgument with the device's own reason; `wrong_param` is then the key it blames,
  // or empty.
  static absl::StatusOr<std::unique_ptr<Device>> Create(const cardcage_type& type, std::string name,
                                                        std::vector<ParamValue> values,
                                                        DeviceServices& services,
                                                        std::string* wrong_param);
  // On the loop's thread. Waits for a device that ends later, at most kMostWait: then it is reported, and left
  // as it is.
  ~Device() override;
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  // A mapping of its region at that address, for AddressSpace::Add. It outlives the device, and the device
  // the last access. Before the first reset.
  std::unique_ptr<Mapping> MakeMapping(uint32_t region, bool is_port, AddressRange range,
                                       RegisterLayout layout = {});

  // Leads an output of the type to a wire, which outlives the device. `after` delivers what the wire
  // queues, or is null where it queues nothing. Before the mappings and the first reset.
  void Connect(uint32_t output, Wire& wire, AfterTurn* after);

  // Back to the state after power-on. No CPU runs. What its outputs queue is the caller's to deliver.
  void Reset();

  // The CPUs have stopped, for good or for a while: it ends what is under way and gives what it holds for its
  // backends. What else comes for it then waits for Resume().
  void Pause();
  void Resume();

  // Whether the last reset or pause is finished.
  bool is_settled() const { return awaited_.load() == Step::kNone; }

  // Between Pause() and Resume(). Errors: as those of device_state.h.
  absl::StatusOr<DeviceState> Save();
  absl::Status Load(const DeviceState& state);

  // Tells it that the char backend of that parameter has input, or room again. Any thread.
  void Ready(uint32_t param);

  // Of an interrupt controller: the vector of the interrupt that the CPU takes. The CPU's thread.
  uint8_t Acknowledge();

  // A change of an input. Any thread.
  void OnSignal(uint32_t input, bool level) override;

  const std::string& name() const { return name_; }
  const cardcage_type& type() const { return type_; }
  // What it has counted so far, by the type's list. Any thread.
  uint64_t counter(uint32_t counter) const { return counters_[counter].load(); }
  // The views of guest memory that it has. Any thread.
  size_t views() const { return views_.count(); }
  // Whether it has said that it cannot go on. Any thread.
  bool has_failed() const { return has_failed_.load(); }

 private:
  friend class DeviceHost;

  // What may be finished later.
  enum class Step : uint8_t { kNone, kReset, kPause, kDestroy };
  enum class Motion : uint8_t { kRuns, kHalts, kStands };

  Device(const cardcage_type& type, std::string name, std::vector<ParamValue> values,
         DeviceServices& services);

  // What the contract's host offers, by its names there.
  void Log(uint32_t severity, std::string_view line);
  void Count(uint32_t counter, uint64_t n);
  void Fail(std::string_view reason);
  void StopAnswering();
  void Stop(uint64_t code);
  uint64_t Now();
  int64_t StartTime(uint32_t local);
  void Complete(uint32_t vcpu, cardcage_status status, uint64_t value);
  void Finished();
  void SetSignal(uint32_t output, uint32_t level);
  void SetTimer(uint32_t timer, uint64_t when);
  void Post(uint64_t value);
  int WatchFd(int fd, uint32_t events);
  cardcage_status Map(uint64_t address, uint64_t size, uint32_t flags, cardcage_view* view);
  void Unmap(cardcage_view* view, uint64_t written);
  uint32_t RegionSpace(uint32_t region) const;

  void OnTimer(uint32_t timer);
  void OnFd(int fd, uint32_t events);

  // Begins a step; the call says whether it is done.
  template <class Call>
  void Begin(Step step, Call call);
  void End(Step step);
  // A turn for an event, and what it leaves to be done; the event waits where the device stands still.
  // `halts_too`: also while it is about to. What waits is a copy: it may refer to nothing that its maker has.
  template <class Event>
  void Deliver(const Event& event, bool halts_too = false);
  // In its turn: whether it goes on there and then.
  template <class Event>
  bool Takes(const Event& event, bool halts_too);
  void Breach(Rule rule, std::string_view how);
  // Whether it may say something more: what it says is limited.
  bool TakesLine();
  // The call is for its turn; it is reported where it comes at another time, and that can be known.
  void RequireTurn(std::string_view call);

  // Where a signal leads; nowhere without a wire.
  struct Connection {
    Wire* wire = nullptr;
    size_t output = 0;
  };
  struct Timer {
    size_t number;                         // the clock's
    uint64_t when = VirtualClock::kNever;  // in its turn
  };

  const cardcage_type& type_;
  const std::string name_;
  DeviceServices& services_;
  NullBackend null_;
  std::unique_ptr<DeviceHost> host_;
  TurnLock turn_;
  void* self_ = nullptr;
  std::atomic<unsigned> lines_{0};
  std::vector<uint32_t> spaces_;                         // CARDCAGE_SPACE_*, one a region
  std::vector<std::unique_ptr<SpreadRegion>> spread_;    // what mappings lead through
  std::vector<std::unique_ptr<CheckedRegion>> checked_;  // the same
  std::vector<Mapping*> mappings_;
  std::vector<Connection> outputs_;  // one an output of the type
  AfterTurn* after_ = nullptr;
  std::vector<Timer> timers_;
  std::map<int, bool> fds_;  // that are watched: whether an event is awaited; in its turn
  std::vector<std::atomic<uint64_t>> counters_;
  MemoryViews views_;

  std::atomic<Step> awaited_{Step::kNone};
  std::atomic<Motion> motion_{Motion::kRuns};
  std::vector<std::function<void()>> held_;  // until Resume(); in its turn
  std::atomic<bool> has_failed_{false};
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_DEVICE_DEVICE_H_
