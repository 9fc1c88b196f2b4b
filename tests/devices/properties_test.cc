// SPDX-License-Identifier: MIT
// Every shipped device has the properties that all devices have. Each run here is the same; another is made by
// RC_PARAMS in the environment: RC_PARAMS="seed=7 max_success=10000".
#include "cardcage/testing/properties.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "framework/plugin/builtin_devices.h"

extern "C" {
extern const cardcage_plugin cardcage_builtin_i8259_pair;
extern const cardcage_plugin cardcage_builtin_ns16550a;
}

namespace {

using cardcage::testing::Board;
using cardcage::testing::DeviceProperties;

[[maybe_unused]] const int kIsSet = setenv("RC_PARAMS", "seed=16550", /*overwrite=*/0);

// As they are with their defaults.
class ShippedDevice : public ::testing::TestWithParam<const cardcage_plugin*> {};
INSTANTIATE_TEST_SUITE_P(All, ShippedDevice,
                         ::testing::ValuesIn(cardcage::BuiltinDevices().begin(),
                                             cardcage::BuiltinDevices().end()),
                         [](const auto& device) {
                           std::string name = device.param->types[0]->id;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });
#define TRY_ON_SHIPPED_DEVICES(Property, ...)                           \
  TEST_P(ShippedDevice, Property) {                                     \
    DeviceProperties(*GetParam(), GetParam()->types[0]->id).Property(); \
  }
CARDCAGE_EACH_DEVICE_PROPERTY(TRY_ON_SHIPPED_DEVICES)

// And as they differ most from that.
CARDCAGE_DEVICE_PROPERTIES(I8259PairByTheSheet, cardcage_builtin_i8259_pair, "i8259-pair",
                           {{"keep_edges", 0}});
CARDCAGE_DEVICE_PROPERTIES(PacedNs16550a, cardcage_builtin_ns16550a, "ns16550a", {{"pace", 1}});
CARDCAGE_DEVICE_PROPERTIES(SpreadNs16550a, cardcage_builtin_ns16550a, "ns16550a", {},
                           Board{.in_memory = true, .shift = 2, .width = 4});

}  // namespace
