// SPDX-License-Identifier: MIT
// Says: a register's offset is no multiple of its width, so that no access reaches it: align it, or take a Window that is .unaligned
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
  uint16_t Throw() { return config_.sides; }
  void Load(uint16_t /*seed*/) {}

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Registers("registers", {.size = 8},
                        cardcage::Register<&Dice::Throw, nullptr>(0, "FACE"),
                        cardcage::Register<nullptr, &Dice::Load>(3, "LOAD")),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
