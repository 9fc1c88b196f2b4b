// SPDX-License-Identifier: MIT
// Says: the host calls a function of the name FdReady for a descriptor: make it `void FdReady(int fd, uint32_t events)`, or name it otherwise
// Shows: Dice
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
  void FdReady(int /*fd*/) {}

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Port<&Dice::Throw, nullptr>("face"),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
