// SPDX-License-Identifier: MIT
// Says: a region's .size_param is not the key of a parameter that is a cardcage::Size or an unsigned integer: declare that parameter, or give .size
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
    cardcage::Registers("registers", {.size_param = "length"},
                        cardcage::Register<&Dice::Throw, nullptr>(0, "FACE")),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
