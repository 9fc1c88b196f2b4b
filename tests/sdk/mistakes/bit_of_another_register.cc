// SPDX-License-Identifier: MIT
// Says: this is no bit of this register: test one of its own; a Field is for Get()
// Shows: Control
#include "cardcage/bits.h"
#include "cardcage/device.h"

namespace {

struct Status : cardcage::Bits<Status, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kBusy{7};
};
struct Control : cardcage::Bits<Control, uint8_t> {
  using Bits::Bits;
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
  uint8_t Throw() { return Status(config_.sides).Test(Control::kEnable) ? 1 : 0; }

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Port<&Dice::Throw, nullptr>("face"),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
