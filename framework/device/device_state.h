// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_DEVICE_DEVICE_STATE_H_
#define CARDCAGE_FRAMEWORK_DEVICE_DEVICE_STATE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cardcage/abi.h"

namespace cardcage {

// What a device has saved of itself: numbers by name.
struct DeviceState {
  struct Field {
    std::string name;
    std::vector<uint64_t> numbers;
    friend bool operator==(const Field&, const Field&) = default;
  };
  std::string type;
  uint32_t version = 0;
  std::vector<Field> fields;  // in the order of their saving

  const Field* Find(std::string_view name) const;
  friend bool operator==(const DeviceState&, const DeviceState&) = default;
};

// Has a device of the type save itself. In its turn.
// Errors: Unimplemented (the type has no state), Internal (it broke the contract: a field twice, or one
// without a name).
absl::StatusOr<DeviceState> SaveState(const cardcage_type& type, void* device);

// Has it load what one of its type has saved. In its turn. After an error its state is what it made of it, so
// it is of use only after a reset.
// Errors: Unimplemented; InvalidArgument with the field or the device's own reason (of another type, saved
// by a later version, a number too large, a field that this version does not know).
absl::Status LoadState(const cardcage_type& type, void* device, const DeviceState& state);

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_DEVICE_DEVICE_STATE_H_
