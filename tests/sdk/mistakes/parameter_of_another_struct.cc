// SPDX-License-Identifier: MIT
// Says: a parameter's member is of another struct: take one of the device's Config
// Shows: CupConfig::size
#include "cardcage/device.h"

namespace {

struct CupConfig {
  uint8_t size = 1;
};
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
    cardcage::Param<&CupConfig::size>("size", {.doc = "of the cup"}),
    cardcage::Port<&Dice::Throw, nullptr>("face"),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
