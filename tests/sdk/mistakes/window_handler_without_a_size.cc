// SPDX-License-Identifier: MIT
// Says: a window's first handler reads: make it `uint64_t Name(uint64_t offset, unsigned size)`, const where it has no side effect
// Shows: Dice::Read
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
  uint64_t Read(uint64_t offset) { return offset + config_.sides; }

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Window<Dice, &Dice::Read, nullptr>("window", {.size = 16}),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
