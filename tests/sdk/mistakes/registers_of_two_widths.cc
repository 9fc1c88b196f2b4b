// SPDX-License-Identifier: MIT
// Says: the registers of a region have one width: give all handlers the same uintN_t, or take a Window, whose accesses are of any size
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
  uint16_t Seed() const { return 1; }

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Registers("registers", {.size = 4},
                        cardcage::Register<&Dice::Throw, nullptr>(0, "FACE"),
                        cardcage::Register<&Dice::Seed, nullptr>(2, "SEED")),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
