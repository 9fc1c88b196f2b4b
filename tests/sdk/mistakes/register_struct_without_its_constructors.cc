// SPDX-License-Identifier: MIT
// Says: a register's struct lacks the constructors of its Bits: give it `using Bits::Bits;`
// Shows: Control
#include "cardcage/bits.h"
#include "cardcage/device.h"

namespace {

struct Control : cardcage::Bits<Control, uint8_t> {
  static constexpr Bit kEnable{0};
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
  void Load(Control /*value*/) {}

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Port<&Dice::Throw, &Dice::Load>("face"),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
