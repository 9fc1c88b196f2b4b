// SPDX-License-Identifier: MIT
// Says: two outputs have the same name: give each its own
// Shows: Dice::Low
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
  bool High() const { return config_.sides == 6; }
  bool Low() const { return config_.sides == 1; }

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Output<&Dice::High>("irq"),
    cardcage::Output<&Dice::Low>("irq"),
    cardcage::Port<&Dice::Throw, nullptr>("face"),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
