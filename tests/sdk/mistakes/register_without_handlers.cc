// SPDX-License-Identifier: MIT
// Says: a register has no handlers: give it one that reads, one that writes, or both
// Shows: nullptr
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

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Registers("registers", {.size = 1}, cardcage::Register<nullptr, nullptr>(0, "FACE")),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
