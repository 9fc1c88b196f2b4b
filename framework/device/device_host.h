// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_DEVICE_DEVICE_HOST_H_
#define CARDCAGE_FRAMEWORK_DEVICE_DEVICE_HOST_H_

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cardcage/abi.h"
#include "framework/device/param_table.h"

namespace cardcage {

class Device;

// The contract's table of what the host offers one device, and the values of its parameters. The table leads to
// the Device, or nowhere once that is gone.
class DeviceHost {
 public:
  // Values and null as ParamTable has them. `sees_late`: calls of a device that is gone are seen.
  DeviceHost(Device& device, std::vector<ParamValue> values, CharBackend& null, bool sees_late);
  DeviceHost(const DeviceHost&) = delete;
  DeviceHost& operator=(const DeviceHost&) = delete;

  const cardcage_host* table() const { return &table_; }
  std::span<const cardcage_value* const> values() const { return values_.values(); }

  // The device is gone. All is kept where the device may still call it: of one that was left as it is for good,
  // of the last kMostGone whose late calls are seen.
  static constexpr size_t kMostGone = 64;
  static void Retire(std::unique_ptr<DeviceHost> host, bool may_be_called);

 private:
  // Calls the device's function of that name, or gives a value of 0.
  template <auto Function, class... Given>
  static auto Enter(void* self, Given... given);
  static Device* Find(void* self);

  const std::string name_;
  const bool sees_late_;
  std::atomic<Device*> device_;
  const cardcage_host table_;
  const ParamTable values_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_DEVICE_DEVICE_HOST_H_
