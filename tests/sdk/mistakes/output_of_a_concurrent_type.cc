// SPDX-License-Identifier: MIT
// Says: outputs and timers are worked out behind each handler, in the device's turn: leave .concurrent out, or drive nothing
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
  bool Interrupt() const { return config_.sides == 6; }

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die", {.concurrent = true}),
    cardcage::Output<&Dice::Interrupt>("irq"),
    cardcage::Port<&Dice::Throw, nullptr>("face"),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
