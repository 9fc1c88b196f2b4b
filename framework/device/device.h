// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_DEVICE_DEVICE_H_
#define CARDCAGE_FRAMEWORK_DEVICE_DEVICE_H_

#include <atomic>
#include <cstdint>
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
#include "framework/wire/wire.h"

namespace cardcage {

// What a type declares, from a plugin that may know less of the contract than this host.
std::span<const cardcage_signal* const> SignalsOf(const cardcage_type& type);

// What a device's host services come down to: the cage around it. Any thread; must not block.
class DeviceServices {
 public:
  virtual ~DeviceServices() = default;
  // `severity` is CARDCAGE_LOG_*. Already limited in rate.
  virtual void DeviceLog(const std::string& device, uint32_t severity, std::string_view line) = 0;
  virtual void DeviceStop(const std::string& device, uint64_t code) = 0;
};

// A parameter's value, as the type's declaration orders them.
struct ParamValue {
  uint64_t number = 0;               // bool, u64, size
  CharBackend* character = nullptr;  // char; null: the null backend
};

// One device of a machine, behind the C contract: its instance, its lock, its view of the host.
class Device {
 public:
  // The lines that a device may log before it is silenced.
  static constexpr unsigned kLogLimit = 64;

  // `values` has one entry a parameter of the type. Type, backends and services outlive the device.
  // Errors: InvalidArgument with the device's own reason; `wrong_param` is then the key it blames,
  // or empty.
  static absl::StatusOr<std::unique_ptr<Device>> Create(const cardcage_type& type, std::string name,
                                                        const std::vector<ParamValue>& values,
                                                        DeviceServices& services,
                                                        std::string* wrong_param);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  // A mapping of its region at that address, for AddressSpace::Add. The device outlives the space's
  // last access.
  std::unique_ptr<Mapping> MakeMapping(uint32_t region, AddressRange range);

  // Leads a signal of the type to a wire, which outlives the device. Before the first reset.
  void Connect(uint32_t signal, Wire& wire);

  // Back to the state after power-on. No CPU runs.
  void Reset();

  // Tells it that the char backend of that parameter has input, or room again. Any thread.
  void Ready(uint32_t param);

  const std::string& name() const { return name_; }
  const cardcage_type& type() const { return type_; }

 private:
  Device(const cardcage_type& type, std::string name, DeviceServices& services);
  void Log(uint32_t severity, std::string_view line);
  void SetSignal(uint32_t signal, bool level);

  // Where a signal leads; nowhere without a wire.
  struct Connection {
    Wire* wire = nullptr;
    size_t output = 0;
  };

  const cardcage_type& type_;
  const std::string name_;
  DeviceServices& services_;
  const cardcage_host host_;
  NullBackend null_;
  SpinLock lock_;
  void* self_ = nullptr;
  std::atomic<unsigned> lines_{0};
  std::vector<Connection> signals_;  // one a signal of the type
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_DEVICE_DEVICE_H_
