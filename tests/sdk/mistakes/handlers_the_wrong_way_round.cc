// SPDX-License-Identifier: MIT
// Says: a register's first handler reads: make it `uint8_t Name()`, or uint16_t, uint32_t or uint64_t as the register is wide, and const where it has no side effect
// Shows: Dice::Load
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
  void Load(uint8_t /*seed*/) {}

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Port<&Dice::Load, &Dice::Throw>("face"),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
