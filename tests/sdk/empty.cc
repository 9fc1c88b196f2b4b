// SPDX-License-Identifier: MIT
// The least that a device can be: one register that is written. How small its plugin is, is a promise.
#include "cardcage/device.h"

namespace {

class Empty {
 public:
  struct Config {};
  explicit Empty(const Config& /*config*/) {}
  void Reset() {}
  void Write(uint8_t /*value*/) {}
};

constexpr cardcage::Declaration kEmpty{
    cardcage::Type<Empty>("empty", "a register that takes what is written"),
    cardcage::Port<nullptr, &Empty::Write>("port"),
};

}  // namespace

CARDCAGE_PLUGIN("empty", "1.0.0", "MIT", kEmpty);
