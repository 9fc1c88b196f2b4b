// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_PLUGIN_BUILTIN_DEVICES_H_
#define CARDCAGE_FRAMEWORK_PLUGIN_BUILTIN_DEVICES_H_

#include <span>

#include "cardcage/abi.h"

namespace cardcage {

// The plugins that are compiled into the program: a table that CMake writes, one row a
// cardcage_add_device(), in the library Cardcage::builtin_devices. Only programs link it.
std::span<const cardcage_plugin* const> BuiltinDevices();

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_PLUGIN_BUILTIN_DEVICES_H_
