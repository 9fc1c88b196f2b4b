// SPDX-License-Identifier: MIT
// Says: two of a register's fields overlap: leave one of them out of its struct's kFields
// Shows: Dice::Throw
#include "cardcage/bits.h"
#include "cardcage/device.h"

namespace {

struct Status : cardcage::Bits<Status, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kBusy{7, "BUSY"};
  static constexpr Field kLevel{7, 4, "LEVEL"};
  static constexpr Field kFields[] = {kBusy, kLevel};
};

struct DiceConfig {
  uint8_t sides = 6;
};

class Dice {
 public:
  using Config = DiceConfig;
  explicit Dice(const Config& config) : config_(config) {}
  void Reset() {}
  Status Throw() { return Status(config_.sides); }

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Port<&Dice::Throw, nullptr>("face"),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
