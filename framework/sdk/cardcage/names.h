// SPDX-License-Identifier: MIT
// A list of words in a declaration: what an enum parameter may be, what inputs are called.
#ifndef CARDCAGE_NAMES_H_
#define CARDCAGE_NAMES_H_

#include <cstddef>
#include <cstdint>

namespace cardcage {
inline namespace v0 {

// The words of a parameter whose member is an enum, in the order of its values from 0 on: an array that
// lives as long as the plugin.
struct Names {
  constexpr Names() = default;
  template <size_t N>
  // NOLINTNEXTLINE(google-explicit-constructor): so that `.names = kWords` can be written
  constexpr Names(const char* const (&words)[N]) : list(words), count(N) {}
  const char* const* list = nullptr;
  uint32_t count = 0;
};

}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_NAMES_H_
