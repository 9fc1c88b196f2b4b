// SPDX-License-Identifier: MIT
// What can happen to a device, as data: for tests by chance, which try it, show it and leave parts of it out.
#ifndef CARDCAGE_TESTING_ACTION_H_
#define CARDCAGE_TESTING_ACTION_H_

#include <cstdint>
#include <functional>
#include <string>

#include "cardcage/testing/test_cage.h"

namespace cardcage::testing {

// One thing that a guest, a person, another device, the machine or time does.
struct Action {
  enum class Kind : uint8_t {
    kRead,         // of `size` bytes at `offset` of the region `where`
    kWrite,        // of `value`
    kReadMany,     // `count` of them, to one offset, as a string instruction makes them
    kWriteMany,    // each of `value`
    kAdvance,      // by `value` ns
    kInput,        // the input `where` gets the level `value`
    kType,         // of `count` bytes, each `value`, at the host's side of the character backend
    kMakeRoom,     // there, for `count` bytes; UINT32_MAX: for any number
    kAcknowledge,  // of an interrupt controller
    kEvents,       // what was posted, and descriptors
    kPause,        // and on again
    kReset,
  };
  Kind kind = Kind::kRead;
  uint32_t where = 0;
  uint64_t offset = 0;
  uint8_t size = 1;
  uint64_t value = 0;
  uint32_t count = 1;
  friend bool operator==(const Action&, const Action&) = default;
};

// An action that the device in this cage has a place for, by what `choose` gives: any numbers, as many as it is called
// for. From numbers that are alike come actions that are alike. Most accesses go to registers that are declared, as
// wide as they are. Of anything of which there may be much (bytes, ns) it is a little.
Action ChooseAction(const TestCage& cage, const std::function<uint64_t()>& choose);

// The levels of its outputs: "irq high, a20 low".
std::string LevelsOf(const TestCage& cage);

// Does it, and says what the guest and the world see of it: "0x3; irq high; 6f6b". Alike for devices that are alike.
// What was sent to the console is taken from it, and left out without `with_output`.
std::string Do(TestCage& cage, const Action& action, bool with_output = true);

// It as a line of a test: "cage.Write(0x8, 0x3, 4);  // CTRL".
std::string AsCode(const Action& action, const cardcage_type& type);

}  // namespace cardcage::testing

#endif  // CARDCAGE_TESTING_ACTION_H_
