// SPDX-License-Identifier: MIT
// Counts the items of one kind among those of a declaration. A kind is the empty struct (IsParam and so on)
// that its items derive from.
#ifndef CARDCAGE_INTERNAL_ITEMS_H_
#define CARDCAGE_INTERNAL_ITEMS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace cardcage {
inline namespace v0 {
namespace internal {

template <class Tag, class... Items>
inline constexpr size_t kCountOf = (size_t{0} + ... + (std::is_base_of_v<Tag, Items> ? 1 : 0));

// How many items of that kind stand before the I-th.
template <class Tag, size_t I, class... Items>
constexpr uint32_t IndexOf() {
  constexpr std::array<bool, sizeof...(Items)> kIs{std::is_base_of_v<Tag, Items>...};
  return static_cast<uint32_t>(std::count(kIs.begin(), kIs.begin() + I, true));
}

}  // namespace internal
}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_INTERNAL_ITEMS_H_
