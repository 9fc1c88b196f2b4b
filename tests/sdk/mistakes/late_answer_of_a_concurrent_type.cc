// SPDX-License-Identifier: MIT
// Says: a handler answers later, which is for a device that has its turns: leave .concurrent out, or answer at once
// Shows: Dice::Throw
#include "cardcage/device.h"

namespace {

struct DiceConfig {
  uint8_t sides = 6;
};

class Dice {
 public:
  using Config = DiceConfig;
  explicit Dice(const Config& config) : config_(config) {}
  void Reset() {}
  std::optional<uint8_t> Throw(uint32_t /*vcpu*/) { return config_.sides; }

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die", {.concurrent = true}),
    cardcage::Port<&Dice::Throw, nullptr>("face"),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
