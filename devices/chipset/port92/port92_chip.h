// SPDX-License-Identifier: MIT
// System Control Port A of the PS/2 and of later PCs (port 0x92): a reset and an A20 gate that are faster
// than the keyboard controller's. After SMSC's LPC47M14x data sheet (2001), "Port 92 register", which has
// nothing of the PS/2's other uses: no disk lights, watchdog or password lock. It knows no host.
//
// The machine's A20 is on while either gate is ("nA20M": the OR of the two), so this one is off at first.
// Guest may: pull the machine's reset and switch A20.
#ifndef PORT92_CHIP_H_
#define PORT92_CHIP_H_

#include <cstdint>

#include "cardcage/bits.h"

namespace port92 {

// rw, reset 0x24. The bits that are not named are fixed, and what is written to them is ignored.
struct Port92 : cardcage::Bits<Port92, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kA20{1};    // ALT_A20
  static constexpr Bit kReset{0};  // going from 0 to 1 resets the machine
};
inline constexpr uint8_t kResetValue = 0x24;

class Chip {
 public:
  void Reset() { *this = Chip(); }

  // Reading has no effect: this is what a peek gives, too.
  uint8_t Read() const { return value_.raw(); }
  void Write(uint8_t written) {
    const Port92 value(written);
    if (value.Test(Port92::kReset) && !value_.Test(Port92::kReset)) reset_pulsed_ = true;
    value_.Set(Port92::kReset, value.Test(Port92::kReset));
    value_.Set(Port92::kA20, value.Test(Port92::kA20));
  }

  bool A20() const { return value_.Test(Port92::kA20); }
  // Whether the guest has pulsed reset since the last call.
  bool TakeResetPulse() {
    const bool pulsed = reset_pulsed_;
    reset_pulsed_ = false;
    return pulsed;
  }

  template <class Archive>
  void State(Archive& archive) {
    archive("value", value_);
    archive("reset_pulsed", reset_pulsed_);
  }

 private:
  Port92 value_{kResetValue};
  bool reset_pulsed_ = false;
};

}  // namespace port92

#endif  // PORT92_CHIP_H_
