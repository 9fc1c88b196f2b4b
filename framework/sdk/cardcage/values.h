// SPDX-License-Identifier: MIT
// Types of Config members that say what a number or a text is: the machine file spells each in its own way, and
// `cardcage check` says what is wrong in it.
#ifndef CARDCAGE_VALUES_H_
#define CARDCAGE_VALUES_H_

#include <array>
#include <cstdint>

namespace cardcage {
inline namespace v0 {

// A size in bytes, given with a unit: 64KiB.
struct Size {
  uint64_t bytes = 0;
};

// An address of the guest, shown in hex: 0xd0000000.
struct Address {
  uint64_t value = 0;
};

// A time, given with a unit: 10ms.
struct Duration {
  uint64_t nanoseconds = 0;
};

// A frequency, given with a unit or in Hz: 1.8432MHz.
struct Frequency {
  uint64_t hertz = 0;
};

// A file's path, as it can be opened: one that is relative in the machine file begins at its folder. An
// empty one is none; whether there is such a file is for the device to find out. The host keeps the text until
// the device is destroyed.
struct Path {
  const char* name = "";
};

// An Ethernet address, its bytes in the order in which they are sent and written: 52:54:00:12:34:56.
struct Mac {
  std::array<uint8_t, 6> bytes{};
};

}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_VALUES_H_
