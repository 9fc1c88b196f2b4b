// SPDX-License-Identifier: MIT
// Says: a parameter whose member is an enum lacks its words: give it .names
// Shows: DiceConfig::colour
#include "cardcage/device.h"

namespace {

enum class Colour : uint8_t { kRed, kGreen };
struct DiceConfig {
  Colour colour = Colour::kRed;
};

class Dice {
 public:
  using Config = DiceConfig;
  explicit Dice(const Config& config) : config_(config) {}
  void Reset() {}
  uint8_t Throw() { return static_cast<uint8_t>(config_.colour); }

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Param<&DiceConfig::colour>("colour", {.doc = "of the die"}),
    cardcage::Port<&Dice::Throw, nullptr>("face"),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
