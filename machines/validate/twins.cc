// SPDX-License-Identifier: MIT
#include "machines/validate/twins.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace cardcage {

void DoBoth(Subject& one, Subject& other, Random& random) {
  const auto steps = static_cast<unsigned>(random() % 100);
  Random again = random;
  one.Do(random, steps);
  other.Do(again, steps);
}

std::string WhatFollows(Subject& subject, Random& random, bool with_output) {
  std::string seen = subject.Do(random);
  const auto add = [&seen](std::string_view more) {
    if (!more.empty()) absl::StrAppend(&seen, seen.empty() ? "" : "; ", std::string(more));
  };
  add(subject.Levels());
  const std::string output = subject.TakeOutput();
  if (with_output && !output.empty()) add(absl::StrCat("output ", absl::BytesToHexString(output)));
  return seen.empty() ? "nothing" : seen;
}

std::optional<std::string> FirstDifference(Context& context, Subject& one, Subject& other,
                                           Random& random, unsigned steps, bool with_output) {
  Random again = random;
  for (unsigned step = 0; step < steps; ++step) {
    const std::string expected = WhatFollows(other, again, with_output);
    const std::string seen = WhatFollows(one, random, with_output);
    if (seen != expected) return absl::StrCat(context.last(), " gives ", seen, ", not ", expected);
  }
  return std::nullopt;
}

}  // namespace cardcage
