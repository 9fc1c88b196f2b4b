// SPDX-License-Identifier: MIT
// The items of a declaration, by their kinds. A kind is the empty struct (IsParam and so on) that its items
// derive from.
#ifndef CARDCAGE_INTERNAL_ITEMS_H_
#define CARDCAGE_INTERNAL_ITEMS_H_

#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace cardcage {
inline namespace v0 {
namespace internal {

// What a declaration may be made of.
struct IsItem {};

template <const auto& Decl>
struct ItemsOf {
  using Tuple = std::remove_cvref_t<decltype(Decl.items)>;
  static constexpr size_t kSize = std::tuple_size_v<Tuple>;
  template <size_t I>
  using Item = std::tuple_element_t<I, Tuple>;
  template <class Tag, size_t I>
  static constexpr bool kIs = std::is_base_of_v<Tag, Item<I>>;

  // Calls act(std::integral_constant<size_t, I>()) for each item of that kind, in their order.
  template <class Tag, class Act>
  static constexpr void ForEach(const Act& act) {
    [&]<size_t... I>(std::index_sequence<I...> /*items*/) {
      (
          [&] {
            if constexpr (kIs<Tag, I>) act(std::integral_constant<size_t, I>());
          }(),
          ...);
    }
    (std::make_index_sequence<kSize>());
  }

  // rule(std::type_identity<Item>()) for each item.
  template <class Rule>
  static constexpr std::array<bool, kSize> Map(const Rule& rule) {
    return [&]<size_t... I>(std::index_sequence<I...> /*items*/) {
      return std::array<bool, kSize>{rule(std::type_identity<Item<I>>())...};
    }
    (std::make_index_sequence<kSize>());
  }

  // The place of the n-th item of that kind, counted from 0; kSize where there is none.
  template <class Tag>
  static constexpr size_t IndexOf(size_t n) {
    size_t index = kSize;
    ForEach<Tag>([&](auto i) {
      if (n-- == 0) index = i;
    });
    return index;
  }

  // How many items of that kind there are, or stand before the I-th.
  template <class Tag, size_t I = kSize>
  static constexpr size_t kCount = [] {
    size_t count = 0;
    ForEach<Tag>([&](auto i) { count += i < I ? 1 : 0; });
    return count;
  }();
};

}  // namespace internal
}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_INTERNAL_ITEMS_H_
