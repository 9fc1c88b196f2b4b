// SPDX-License-Identifier: MIT
// Port 0x61 of a PC: GATE and OUT of counter 2, the speaker, and the refresh toggle.
//
// Spec:     Intel 82371AB (PIIX4) data sheet, register NMISC.
// Modelled: all that is not an error: bits 3 and 2 are kept, and the errors that they enable (7 and 6)
//           never come.
// Quirks:   The refresh toggle changes every 15 us whether counter 1 is programmed or not.
// Units:    `now` as the chip has it.
#ifndef PORT61_H_
#define PORT61_H_

#include <cstdint>

#include "i8254_chip.h"

namespace i8254 {

class Port61 {
 public:
  static constexpr uint64_t kRefreshNs = 15'000;

  // Also lowers GATE of counter 2.
  void Reset(Chip& chip, uint64_t now) { Write(0, chip, now); }

  // Reading has no effects.
  uint8_t Read(const Chip& chip, uint64_t now) const;
  void Write(uint8_t value, Chip& chip, uint64_t now);

  // The level at the speaker.
  bool Speaker(const Chip& chip, uint64_t now) const;

  template <class Archive>
  void State(Archive& archive) {
    archive("written", written_);
  }

 private:
  SystemControl written_;
};

}  // namespace i8254

#endif  // PORT61_H_
