// SPDX-License-Identifier: MIT
// Says: a parameter's default, its member's initialiser, is out of its own bounds: change that, or .min and .max (of a list or a text: .min_length and .max_length)
// Shows: DiceConfig::sides
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
  uint8_t Throw() { return config_.sides; }

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Param<&DiceConfig::sides>("sides", {.doc = "faces", .min = 8, .max = 20}),
    cardcage::Port<&Dice::Throw, nullptr>("face"),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
