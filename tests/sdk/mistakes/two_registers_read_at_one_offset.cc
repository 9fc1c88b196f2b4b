// SPDX-License-Identifier: MIT
// Says: two registers are read at the same offset, so that the second is never asked: give it another offset, or nullptr for its read handler
// Shows: Dice::Seed
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
  uint8_t Seed() const { return 1; }

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Registers("registers", {.size = 4},
                        cardcage::Register<&Dice::Throw, nullptr>(0, "FACE"),
                        cardcage::Register<&Dice::Seed, nullptr>(0, "SEED")),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
