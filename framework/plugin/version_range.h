// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_PLUGIN_VERSION_RANGE_H_
#define CARDCAGE_FRAMEWORK_PLUGIN_VERSION_RANGE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardcage {

// A plugin's version: up to three numbers, as 1.2.3; those that are not said are 0. What follows a - or + is for
// people, and not compared: 2.0.0-rc1 is as 2.0.0.
using Version = std::array<uint32_t, 3>;

// The version that a text says; nothing where it says none.
std::optional<Version> ParseVersion(std::string_view text);

// The versions that a machine file takes: comparators (>= > <= < =) with a version each, separated by blanks; all
// must hold: ">=1.0 <2".
class VersionRange {
 public:
  // Nothing where the text is no range.
  static std::optional<VersionRange> Parse(std::string_view text);

  bool Contains(const Version& version) const;
  // As it was written.
  const std::string& text() const { return text_; }

 private:
  enum class Comparator { kAtLeast, kAbove, kAtMost, kBelow, kEqual };
  struct Bound {
    Comparator comparator;
    Version version;
  };
  std::string text_;
  std::vector<Bound> bounds_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_PLUGIN_VERSION_RANGE_H_
