// SPDX-License-Identifier: MIT
// Between a Config's members and the contract's values: the kind of a member, a member made from a value, and the
// constant that its initialiser becomes.
#ifndef CARDCAGE_INTERNAL_PARAM_VALUES_H_
#define CARDCAGE_INTERNAL_PARAM_VALUES_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "cardcage/abi.h"
#include "cardcage/host.h"
#include "cardcage/values.h"

namespace cardcage {
inline namespace v0 {
namespace internal {

template <class M>
struct MemberOf;
template <class C, class T>
struct MemberOf<T C::*> {
  using Class = C;
  using Type = T;
};

using Bytes = std::vector<uint8_t>;

template <class T>
constexpr uint32_t KindOf() {
  if constexpr (std::is_same_v<T, bool>) {
    return CARDCAGE_KIND_BOOL;
  } else if constexpr (std::is_same_v<T, Size>) {
    return CARDCAGE_KIND_SIZE;
  } else if constexpr (std::is_same_v<T, CharLink>) {
    return CARDCAGE_KIND_CHAR;
  } else if constexpr (std::is_same_v<T, Address>) {
    return CARDCAGE_KIND_ADDRESS;
  } else if constexpr (std::is_same_v<T, Duration>) {
    return CARDCAGE_KIND_DURATION;
  } else if constexpr (std::is_same_v<T, Frequency>) {
    return CARDCAGE_KIND_FREQUENCY;
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    return CARDCAGE_KIND_STRING;
  } else if constexpr (std::is_same_v<T, Path>) {
    return CARDCAGE_KIND_PATH;
  } else if constexpr (std::is_same_v<T, Bytes>) {
    return CARDCAGE_KIND_BYTES;
  } else if constexpr (std::is_same_v<T, Mac>) {
    return CARDCAGE_KIND_MAC;
  } else if constexpr (std::is_enum_v<T>) {
    return CARDCAGE_KIND_ENUM;
  } else {
    static_assert(std::is_integral_v<T>,
                  "a parameter's member is of one of the types that cardcage/param.h lists: bool, "
                  "an integer, an "
                  "enum, std::string_view, cardcage::Size, …, or a std::vector of one");
    return std::is_signed_v<T> ? CARDCAGE_KIND_I64 : CARDCAGE_KIND_U64;
  }
}

// The number that a value of such a kind holds; 0 for the others.
template <class T>
constexpr uint64_t NumberOf(const T& value) {
  if constexpr (std::is_same_v<T, Size>) {
    return value.bytes;
  } else if constexpr (std::is_same_v<T, Address>) {
    return value.value;
  } else if constexpr (std::is_same_v<T, Duration>) {
    return value.nanoseconds;
  } else if constexpr (std::is_same_v<T, Frequency>) {
    return value.hertz;
  } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
    return static_cast<uint64_t>(value);
  } else {
    return 0;
  }
}

// A member's value, or a list's item, that is no list itself.
template <class T>
T ItemFromAbi(const cardcage_value& value) {
  if constexpr (std::is_same_v<T, CharLink>) {
    return CharLink(value.character);
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    return {value.text, static_cast<size_t>(value.length)};
  } else if constexpr (std::is_same_v<T, Path>) {
    return {value.text};
  } else if constexpr (std::is_same_v<T, Bytes>) {
    return Bytes(value.bytes, value.bytes + value.length);
  } else if constexpr (std::is_same_v<T, Mac>) {
    Mac mac;
    std::copy_n(value.bytes, mac.bytes.size(), mac.bytes.begin());
    return mac;
  } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
    return static_cast<T>(value.u64);
  } else {
    return T{value.u64};
  }
}

// A vector is a list of items, but one of bytes, which is a kind.
template <class T>
struct ListOf {
  using Item = T;
  static constexpr bool kIsList = false;
  static T FromAbi(const cardcage_value& value) { return ItemFromAbi<T>(value); }
};
template <class T>
requires(!std::is_same_v<T, uint8_t>) struct ListOf<std::vector<T>> {
  static_assert(!std::is_same_v<T, bool>, "there is no list of bools: make it one of an enum");
  static_assert(!std::is_same_v<T, CharLink>,
                "there is no list of backends: make it a parameter for each");
  using Item = T;
  static constexpr bool kIsList = true;
  static std::vector<T> FromAbi(const cardcage_value& value) {
    std::vector<T> items;
    for (uint32_t i = 0; i < value.item_count; ++i) {
      items.push_back(ItemFromAbi<T>(*value.items[i]));
    }
    return items;
  }
};

// Where a constant comes from: a member's initialiser, or an item in one.
template <auto Member>
struct MemberDefault {
  static constexpr auto Get() {
    typename MemberOf<decltype(Member)>::Class
        config{};  // not const: g++ 12 could not fill a vector
    return config.*Member;
  }
};
template <class List, size_t I>
struct ItemDefault {
  static constexpr auto Get() { return List::Get()[I]; }
};

// What a text or bytes are made of.
constexpr std::string_view ContentOf(std::string_view text) { return text; }
constexpr std::string_view ContentOf(const Path& path) { return path.name; }
constexpr Bytes ContentOf(const Bytes& bytes) { return bytes; }
constexpr std::array<uint8_t, 6> ContentOf(const Mac& mac) { return mac.bytes; }

// The contract's constant for what Source::Get() gives.
template <class Source>
struct Constant {
  using Value = decltype(Source::Get());
  using Item = typename ListOf<Value>::Item;

  // A 0 stands behind it.
  static constexpr auto Content() {
    constexpr size_t kLength = ContentOf(Source::Get()).size();
    const auto value = Source::Get();
    const auto content = ContentOf(value);
    std::array<std::remove_cvref_t<decltype(content[0])>, kLength + 1> copy{};
    std::copy_n(content.begin(), kLength, copy.begin());
    return copy;
  }
  template <class Self>
  static constexpr auto kContent = Self::Content();

  template <size_t... I>
  static constexpr auto Items(std::index_sequence<I...> /*items*/) {
    return std::array<const cardcage_value*, sizeof...(I) + 1>{
        &Constant<ItemDefault<Source, I>>::kValue..., nullptr};
  }
  static constexpr auto Items() {
    // A constant of its own: in the template's argument clang 14 would leak the list.
    constexpr size_t kCount = Source::Get().size();
    return Items(std::make_index_sequence<kCount>{});
  }
  template <class Self>
  static constexpr auto kItems = Self::Items();

  static constexpr cardcage_value Make() {
    constexpr uint32_t kKind = KindOf<Item>();
    cardcage_value value{};
    value.struct_size = sizeof(value);
    value.kind = kKind;
    if constexpr (ListOf<Value>::kIsList) {
      value.items = kItems<Constant>.data();
      value.item_count = static_cast<uint32_t>(kItems<Constant>.size() - 1);
    } else if constexpr (kKind == CARDCAGE_KIND_STRING || kKind == CARDCAGE_KIND_PATH) {
      value.text = kContent<Constant>.data();
      value.length = kContent<Constant>.size() - 1;
    } else if constexpr (kKind == CARDCAGE_KIND_BYTES || kKind == CARDCAGE_KIND_MAC) {
      value.bytes = kContent<Constant>.data();
      value.length = kContent<Constant>.size() - 1;
    } else {
      value.u64 = NumberOf(Source::Get());
    }
    return value;
  }
  static constexpr cardcage_value kValue = Make();
};

// Whether a number is inside a parameter's bounds.
constexpr bool NumberFits(const cardcage_param& param, uint64_t number) {
  switch (param.kind) {
    case CARDCAGE_KIND_ENUM:
      return number < param.name_count;
    case CARDCAGE_KIND_I64:
      return static_cast<int64_t>(number) >= static_cast<int64_t>(param.min) &&
             static_cast<int64_t>(number) <= static_cast<int64_t>(param.max);
    default:
      return number >= param.min && number <= param.max;
  }
}

// Whether its default is; true where there is none. (Whether that is so its flags say: with sanitizers g++ 12
// compares no address with null while it compiles.)
constexpr bool DefaultFits(const cardcage_param& param) {
  if ((param.flags & CARDCAGE_PARAM_REQUIRED) != 0 || param.kind == CARDCAGE_KIND_CHAR) return true;
  const cardcage_value* const value = param.default_value;
  const bool is_list = (param.flags & CARDCAGE_PARAM_LIST) != 0;
  bool fits = is_list || NumberFits(param, value->u64);
  for (uint32_t i = 0; i < value->item_count; ++i) {
    fits = fits && NumberFits(param, value->items[i]->u64);
  }
  const uint64_t length = is_list ? value->item_count : value->length;
  return fits && length >= param.min_length &&
         (param.max_length == 0 || length <= param.max_length);
}

}  // namespace internal
}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_INTERNAL_PARAM_VALUES_H_
