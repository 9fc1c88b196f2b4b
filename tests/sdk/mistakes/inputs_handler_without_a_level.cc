// SPDX-License-Identifier: MIT
// Says: the inputs' function hears each change: make it `void Name(uint32_t input, bool level)`
// Shows: Dice::OnLine
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
  void OnLine(uint32_t /*input*/) {}

 private:
  const Config config_;
};

constexpr const char* kLines[] = {"shake", "stop"};
constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Inputs<&Dice::OnLine>(kLines),
    cardcage::Port<&Dice::Throw, nullptr>("face"),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
