// SPDX-License-Identifier: MIT
// Says: a handler is a member of another class: take one of the class that Type<> names
// Shows: Cup::Shake
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

class Cup {
 public:
  uint8_t Shake() { return 1; }
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Port<&Dice::Throw, nullptr>("face"),
    cardcage::Mmio<&Cup::Shake, nullptr>("cup"),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
