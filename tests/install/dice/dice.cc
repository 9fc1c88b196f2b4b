// SPDX-License-Identifier: MIT
#include <cstdint>

#include "cardcage/device.h"

namespace {

struct DiceConfig {
  uint8_t sides = 6;
};

class Dice {
 public:
  using Config = DiceConfig;
  explicit Dice(const Config& config) : config_(config) {}
  void Reset() { state_ = 1; }
  uint8_t Throw() {
    state_ = state_ * 1103515245 + 12345;
    return static_cast<uint8_t>(1 + (state_ >> 16) % config_.sides);
  }
  void Load(uint8_t seed) { state_ = seed; }

 private:
  const Config config_;
  uint32_t state_ = 1;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die: read to throw it, write to load it"),
    cardcage::Param<&DiceConfig::sides>("sides", {.doc = "faces", .min = 2, .max = 255}),
    cardcage::Port<&Dice::Throw, &Dice::Load>("face"),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
