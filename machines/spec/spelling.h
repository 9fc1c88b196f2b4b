// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_SPEC_SPELLING_H_
#define CARDCAGE_MACHINES_SPEC_SPELLING_H_

#include <string>
#include <string_view>
#include <vector>

namespace cardcage {

// What was probably meant by a word that is none of the known ones: "did you mean `memory`?", or the
// known ones where none is near, or an empty string where there are none.
std::string Suggest(std::string_view word, const std::vector<std::string>& known);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_SPEC_SPELLING_H_
