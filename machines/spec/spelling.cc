// SPDX-License-Identifier: MIT
#include "machines/spec/spelling.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace cardcage {
namespace {

// How many letters must be changed, added, left out or swapped with their neighbour.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before;
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] =
          std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before = last;
    last = row;
  }
  return last[b.size()];
}

}  // namespace

std::string Suggest(std::string_view word, const std::vector<std::string>& known) {
  constexpr size_t kLongest = 64;  // nothing that long is a slip
  const std::string* best = nullptr;
  size_t best_distance = word.size() / 3 + 2;
  for (const std::string& candidate : known) {
    if (word.size() > kLongest) break;
    const size_t distance = Distance(word, candidate);
    if (distance < best_distance && distance < candidate.size()) {
      best = &candidate;
      best_distance = distance;
    }
  }
  if (best != nullptr) return absl::StrCat("did you mean `", *best, "`?");
  if (known.empty()) return "";
  return absl::StrCat(known.size() == 1 ? "there is only: " : "there are: ",
                      absl::StrJoin(known, ", "));
}

}  // namespace cardcage
