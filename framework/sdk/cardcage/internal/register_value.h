// SPDX-License-Identifier: MIT
// What a register's handlers take and give: an unsigned integer, or a value of bits.h, whose fields then go into the
// contract's tables.
#ifndef CARDCAGE_INTERNAL_REGISTER_VALUE_H_
#define CARDCAGE_INTERNAL_REGISTER_VALUE_H_

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <type_traits>
#include <utility>

#include "cardcage/abi.h"
#include "cardcage/bits.h"

namespace cardcage {
inline namespace v0 {
namespace internal {

template <class V>
concept IsBits = requires {
  requires std::derived_from<V, Bits<V, typename V::Raw>>;
};

template <class V>
inline constexpr bool kIsValue = IsBits<V> || (std::is_unsigned_v<V> && !std::is_same_v<V, bool>);

// The integer of a value, and the value of an integer.
template <class V>
struct RawOf {
  using Type = V;
};
template <IsBits V>
struct RawOf<V> {
  using Type = typename V::Raw;
};
template <class V>
constexpr typename RawOf<V>::Type ToRaw(V value) {
  if constexpr (IsBits<V>) {
    return value.raw();
  } else {
    return value;
  }
}
template <class V>
constexpr V FromRaw(typename RawOf<V>::Type raw) {
  static_assert(
      std::is_constructible_v<V, decltype(raw)>,
      "a register's struct lacks the constructors of its Bits: give it `using Bits::Bits;`");
  return V(raw);
}

template <class V>
concept HasFields = IsBits<V> && requires {
  std::size(V::kFields);
};

// The fields of V, of a register that is accessed so.
template <class V, uint32_t kAccess>
constexpr auto FieldsOf() {
  if constexpr (HasFields<V>) {
    std::array<cardcage_field, std::size(V::kFields)> fields{};
    size_t n = 0;
    for (const typename V::Field& field : V::kFields) {
      fields[n++] = {.struct_size = sizeof(cardcage_field),
                     .access = kAccess,
                     .high = field.high,
                     .low = field.low,
                     .name = field.name,
                     .doc = field.doc};
    }
    return fields;
  } else {
    return std::array<cardcage_field, 0>();
  }
}

// The fields of a register that is read as R and written as W; void where it is not.
template <class R, class W>
struct Fields {
  static constexpr bool kSame = std::is_same_v<R, W>;
  static constexpr auto kRead =
      FieldsOf<R, CARDCAGE_REGISTER_READ | (kSame ? CARDCAGE_REGISTER_WRITE : 0)>();
  static constexpr auto kWritten =
      FieldsOf<std::conditional_t<kSame, void, W>, CARDCAGE_REGISTER_WRITE>();
  static constexpr size_t kCount = kRead.size() + kWritten.size();
  // As the contract has them, and a null pointer behind them.
  static constexpr auto kList = [] {
    std::array<const cardcage_field*, kCount + 1> list{};
    size_t n = 0;
    for (const cardcage_field& field : kRead) list[n++] = &field;
    for (const cardcage_field& field : kWritten) list[n++] = &field;
    return list;
  }();
};

}  // namespace internal
}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_INTERNAL_REGISTER_VALUE_H_
