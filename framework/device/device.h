// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_DEVICE_DEVICE_H_
#define CARDCAGE_FRAMEWORK_DEVICE_DEVICE_H_

#include <atomic>
#include <cstdint>
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
#include "framework/bus/spin_lock.h"
#include "framework/device/spread_region.h"
#include "framework/event/event_loop.h"
#include "framework/event/virtual_clock.h"
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

// What a device's host services come down to: the cage around it. Any thread; must not block.
class DeviceServices {
 public:
  virtual ~DeviceServices() = default;
  // `severity` is CARDCAGE_LOG_*. Already limited in rate.
  virtual void DeviceLog(const std::string& device, uint32_t severity, std::string_view line) = 0;
  virtual void DeviceStop(const std::string& device, uint64_t code) = 0;
  // Both outlive the device, and run nothing of it any more when it goes.
  virtual VirtualClock& clock() = 0;
  virtual EventLoop& loop() = 0;
  // The calendar's time when the machine's was 0, in seconds since 1970-01-01; UTC or the host's local.
  virtual int64_t StartTime(bool local) = 0;
};

// A parameter's value, as the type's declaration orders them.
struct ParamValue {
  uint64_t number = 0;               // bool, u64, size
  CharBackend* character = nullptr;  // char; null: the null backend
};

// One device of a machine, behind the C contract: its instance, its lock, its view of the host.
class Device final : public SignalTarget {
 public:
  // The lines that a device may log before it is silenced.
  static constexpr unsigned kLogLimit = 64;

  // `type` is whole, as TypeRegistry gives it; `values` has one entry a parameter. Type, backends and services outlive the device.
  // Errors: InvalidArgument with the device's own reason; `wrong_param` is then the key it blames,
  // or empty.
  static absl::StatusOr<std::unique_ptr<Device>> Create(const cardcage_type& type, std::string name,
                                                        const std::vector<ParamValue>& values,
                                                        DeviceServices& services,
                                                        std::string* wrong_param);
  ~Device() override;
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  // A mapping of its region at that address, for AddressSpace::Add. The device outlives the space's
  // last access. Before the first reset.
  std::unique_ptr<Mapping> MakeMapping(uint32_t region, bool is_port, AddressRange range,
                                       RegisterLayout layout = {});

  // Leads an output of the type to a wire, which outlives the device. `after` delivers what the wire
  // queues, or is null where it queues nothing. Before the mappings and the first reset.
  void Connect(uint32_t output, Wire& wire, AfterTurn* after);

  // Back to the state after power-on. No CPU runs. What its outputs queue is the caller's to deliver.
  void Reset();

  // The CPUs have stopped for good: it gives what it holds for its backends.
  void Stop();

  // Tells it that the char backend of that parameter has input, or room again. Any thread.
  void Ready(uint32_t param);

  // Of an interrupt controller: the vector of the interrupt that the CPU takes. The CPU's thread.
  uint8_t Acknowledge();

  // A change of an input. Any thread.
  void OnSignal(uint32_t input, bool level) override;

  const std::string& name() const { return name_; }
  const cardcage_type& type() const { return type_; }

 private:
  Device(const cardcage_type& type, std::string name, DeviceServices& services);
  void Log(uint32_t severity, std::string_view line);
  void SetOutput(uint32_t output, bool level);
  void SetTimer(uint32_t timer, uint64_t when);
  void Post(uint64_t value);
  int WatchFd(int fd, uint32_t events);
  void OnTimer(uint32_t timer);
  void OnFd(int fd, uint32_t events);
  // One turn of the device, and what it leaves to be done.
  template <class Call>
  void TakeTurn(Call call);

  // Where a signal leads; nowhere without a wire.
  struct Connection {
    Wire* wire = nullptr;
    size_t output = 0;
  };
  struct Timer {
    size_t number;                         // the clock's
    uint64_t when = VirtualClock::kNever;  // guarded by lock_
  };

  const cardcage_type& type_;
  const std::string name_;
  DeviceServices& services_;
  const cardcage_host host_;
  NullBackend null_;
  SpinLock lock_;
  void* self_ = nullptr;
  std::atomic<unsigned> lines_{0};
  std::vector<uint32_t> spaces_;                       // CARDCAGE_SPACE_*, one a region
  std::vector<std::unique_ptr<SpreadRegion>> spread_;  // what mappings lead through
  std::vector<Connection> outputs_;                    // one an output of the type
  AfterTurn* after_ = nullptr;
  std::vector<Timer> timers_;
  std::map<int, bool> fds_;  // that are watched: whether an event is awaited; guarded by lock_
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_DEVICE_DEVICE_H_
