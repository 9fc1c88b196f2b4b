// SPDX-License-Identifier: MIT
// Says: the device's class lacks its constructor: give it a public one that takes (const Config&) or (const Config&, cardcage::Host)
// Shows: Dice
#include "cardcage/device.h"

namespace {

struct DiceConfig {
  uint8_t sides = 6;
};

class Dice {
 public:
  using Config = DiceConfig;
  void Reset() { state_ = 1; }
  uint8_t Throw() { return ++state_; }

 private:
  uint8_t state_ = 1;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Port<&Dice::Throw, nullptr>("face"),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
