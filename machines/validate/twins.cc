// SPDX-License-Identifier: MIT
#include "machines/validate/twins.h"

#include "absl/strings/str_cat.h"

namespace cardcage {

void DoBoth(Subject& one, Subject& other, Random& random) {
  const auto steps = static_cast<unsigned>(random() % 100);
  Random again = random;
  one.DoSteps(random, steps);
  other.DoSteps(again, steps);
}

std::optional<std::string> FirstDifference(Context& context, Subject& one, Subject& other,
                                           Random& random, unsigned steps, bool with_output) {
  Random again = random;
  for (unsigned step = 0; step < steps; ++step) {
    const std::string expected = other.Do(again, with_output);
    const std::string seen = one.Do(random, with_output);
    if (seen != expected) return absl::StrCat(context.last(), " gives ", seen, ", not ", expected);
  }
  return std::nullopt;
}

}  // namespace cardcage
