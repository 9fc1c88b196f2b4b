// SPDX-License-Identifier: MIT
// Two devices that ought to act alike.
#ifndef CARDCAGE_MACHINES_VALIDATE_TWINS_H_
#define CARDCAGE_MACHINES_VALIDATE_TWINS_H_

#include <optional>
#include <string>

#include "machines/validate/subject.h"

namespace cardcage {

// Does the same with both, by chance: up to 99 things.
void DoBoth(Subject& one, Subject& other, Random& random);

// Does the same with both, by chance, as often: in words where they differ first ("read of 1 bytes at offset 0x0
// gives 0x3, not 0x2"), or nothing.
std::optional<std::string> FirstDifference(Context& context, Subject& one, Subject& other,
                                           Random& random, unsigned steps, bool with_output = true);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_VALIDATE_TWINS_H_
