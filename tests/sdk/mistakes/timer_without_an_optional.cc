// SPDX-License-Identifier: MIT
// Says: a timer's first function says when it is due: make it `std::optional<uint64_t> Name() const`
// Shows: Dice::Deadline
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
  uint64_t Deadline() const { return 100; }
  void OnDeadline() {}

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die"),
    cardcage::Timer<&Dice::Deadline, &Dice::OnDeadline>(),
    cardcage::Port<&Dice::Throw, nullptr>("face"),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
