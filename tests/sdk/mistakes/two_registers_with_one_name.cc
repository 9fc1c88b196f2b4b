// SPDX-License-Identifier: MIT
// Says: two registers of a region have the same name: give each its own
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
    cardcage::Registers("registers", {.size = 4},
                        cardcage::Register<&Dice::Throw, nullptr>(0, "FACE"),
                        cardcage::Register<nullptr, &Dice::Load>(1, "FACE")),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
