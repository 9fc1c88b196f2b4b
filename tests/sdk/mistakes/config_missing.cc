// SPDX-License-Identifier: MIT
// Says: the device's class lacks its Config: give it `using Config = ...;`, the struct of its parameters
// Shows: Dice
#include "cardcage/device.h"

namespace {

class Dice {
 public:
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
