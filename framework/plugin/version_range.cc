// SPDX-License-Identifier: MIT
#include "framework/plugin/version_range.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace cardcage {
namespace {

// Digits alone: a library's own idea of a number has signs and blanks in it.
bool ParsePart(std::string_view text, uint32_t* part) {
  const bool is_digits =
      !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  return is_digits && absl::SimpleAtoi(absl::string_view(text.data(), text.size()), part);
}

}  // namespace

std::optional<Version> ParseVersion(std::string_view text) {
  const std::string numbers(text.substr(0, text.find_first_of("-+")));
  const std::vector<std::string> parts = absl::StrSplit(numbers, '.');
  Version version{};
  if (parts.size() > version.size()) return std::nullopt;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (!ParsePart(parts[i], &version[i])) return std::nullopt;
  }
  return version;
}

std::optional<VersionRange> VersionRange::Parse(std::string_view text) {
  // The longer ones first.
  constexpr std::pair<std::string_view, Comparator> kComparators[] = {
      {">=", Comparator::kAtLeast}, {"<=", Comparator::kAtMost}, {">", Comparator::kAbove},
      {"<", Comparator::kBelow},    {"=", Comparator::kEqual},
  };
  VersionRange range;
  range.text_ = text;
  const std::vector<std::string> words = absl::StrSplit(range.text_, ' ', absl::SkipEmpty());
  for (const std::string& word : words) {
    const auto* const row =
        std::find_if(std::begin(kComparators), std::end(kComparators),
                     [&word](const auto& each) { return word.starts_with(each.first); });
    if (row == std::end(kComparators)) return std::nullopt;
    const auto version = ParseVersion(std::string_view(word).substr(row->first.size()));
    if (!version) return std::nullopt;
    range.bounds_.push_back({row->second, *version});
  }
  if (range.bounds_.empty()) return std::nullopt;
  return range;
}

bool VersionRange::Contains(const Version& version) const {
  return std::all_of(bounds_.begin(), bounds_.end(), [&version](const Bound& bound) {
    switch (bound.comparator) {
      case Comparator::kAtLeast:
        return version >= bound.version;
      case Comparator::kAbove:
        return version > bound.version;
      case Comparator::kAtMost:
        return version <= bound.version;
      case Comparator::kBelow:
        return version < bound.version;
      case Comparator::kEqual:
        return version == bound.version;
    }
    return false;
  });
}

}  // namespace cardcage
