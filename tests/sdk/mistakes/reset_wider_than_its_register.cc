// SPDX-License-Identifier: MIT
// Says: a register's .reset is wider than the register: give the value that is read
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
  uint8_t Throw() { return config_.sides; }

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Port<&Dice::Throw, nullptr>("face", {.reset = 0x100}),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
