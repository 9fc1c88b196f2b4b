// SPDX-License-Identifier: MIT
// Says: two parameters have the same key: give each its own
// Shows: DiceConfig::seed
#include "cardcage/device.h"

namespace {

struct DiceConfig {
  uint8_t sides = 6;
  uint32_t seed = 1;
};

class Dice {
 public:
  using Config = DiceConfig;
  explicit Dice(const Config& config) : config_(config) {}
  void Reset() {}
  uint8_t Throw() { return config_.sides; }

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Param<&DiceConfig::sides>("sides", {.doc = "faces"}),
    cardcage::Param<&DiceConfig::seed>("sides", {.doc = "state after reset"}),
    cardcage::Port<&Dice::Throw, nullptr>("face"),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
