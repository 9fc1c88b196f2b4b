// SPDX-License-Identifier: MIT
// The parameters of a declaration: what the machine file may set on a device. One is a member of the device's
// Config; the member's type says the kind, its initialiser the default.
//
//   member                              in the machine file
//   bool                                true
//   an unsigned integer                 42, 0x2a
//   a signed integer                    -42
//   Size, Address, Duration, Frequency  64KiB, 0xd0000000, 10ms, 1.8432MHz
//   an enum, with .names                one of the words
//   std::string_view                    text; quotes are needed where YAML needs them
//   Path, Mac                           disk.img, 52:54:00:12:34:56
//   std::vector<uint8_t>                bytes in hex: "de ad be ef"
//   std::vector of any other of these   a list of them: [1, 2]; not of bool
//   CharLink                            a backend
//
// The texts of a string_view and of a Path are the host's, end with a 0 byte and have no other, and are valid
// until the device is destroyed. (A default becomes a constant of the plugin, and with clang a std::string is none;
// so a Config holds parameters alone.)
#ifndef CARDCAGE_PARAM_H_
#define CARDCAGE_PARAM_H_

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <vector>

#include "cardcage/abi.h"
#include "cardcage/host.h"
#include "cardcage/internal/items.h"
#include "cardcage/internal/param_values.h"
#include "cardcage/names.h"
#include "cardcage/values.h"

namespace cardcage {
inline namespace v0 {

// The end of a range of numbers: any integer, or none.
struct Bound {
  constexpr Bound() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): so that `.min = -5` can be written
  constexpr Bound(std::integral auto integer)
      : is_set(true), number(static_cast<uint64_t>(integer)) {}
  bool is_set = false;
  uint64_t number = 0;  // in two's complement where it is negative
};

struct ParamText {
  const char* doc = "";
  const char* unit = nullptr;   // of an integer, for people: "seconds"
  const char* since = nullptr;  // the plugin's version in which the key appeared
  bool required = false;        // the machine file must set it
  Bound min{};  // of a number, or of each in a list: both are inside. A Size, Duration or
  Bound max{};  // Frequency counts in bytes, ns or Hz
  uint64_t min_length = 0;  // of a list in items; or else of a text, path or bytes in bytes
  uint64_t max_length = 0;  // inside, too; 0: there is none
  Names names{};            // of an enum
};

namespace internal {

struct IsParam : IsItem {};

}  // namespace internal

// A parameter, held by a member of the device's Config, whose initialiser is the default.
template <auto Member>
struct Param : internal::IsParam {
  using Config = typename internal::MemberOf<decltype(Member)>::Class;
  using Value = typename internal::MemberOf<decltype(Member)>::Type;

  constexpr Param(const char* param_key, const ParamText& param_text)
      : key(param_key), text(param_text) {}

  constexpr cardcage_param Abi() const {
    using Item = typename internal::ListOf<Value>::Item;
    constexpr uint32_t kKind = internal::KindOf<Item>();
    cardcage_param abi{};
    abi.struct_size = sizeof(abi);
    abi.kind = kKind;
    abi.key = key;
    abi.doc = text.doc;
    abi.unit = text.unit;
    abi.since = text.since;
    abi.flags = (text.required ? CARDCAGE_PARAM_REQUIRED : 0) |
                (internal::ListOf<Value>::kIsList ? CARDCAGE_PARAM_LIST : 0);
    abi.names = text.names.list;
    abi.name_count = text.names.count;
    if (!text.required && kKind != CARDCAGE_KIND_CHAR) {
      abi.default_value = &internal::Constant<internal::MemberDefault<Member>>::kValue;
    }
    // What does not go into the member is out of its bounds in any case.
    const auto clamp = [](const Bound& bound, auto least, auto most, auto otherwise) {
      using Number = decltype(otherwise);
      const auto number = bound.is_set ? static_cast<Number>(bound.number) : otherwise;
      return static_cast<uint64_t>(std::clamp<Number>(number, least, most));
    };
    if constexpr (kKind == CARDCAGE_KIND_U64 || kKind == CARDCAGE_KIND_I64) {
      using Number = std::conditional_t<kKind == CARDCAGE_KIND_I64, int64_t, uint64_t>;
      // NOLINTNEXTLINE(bugprone-signed-char-misuse): it keeps its sign
      constexpr Number kLeast = std::numeric_limits<Item>::min();
      constexpr Number kMost = std::numeric_limits<Item>::max();
      abi.min = clamp(text.min, kLeast, kMost, kLeast);
      abi.max = clamp(text.max, kLeast, kMost, kMost);
    } else {
      abi.min = text.min.number;
      abi.max = text.max.is_set ? text.max.number : UINT64_MAX;
    }
    abi.min_length = text.min_length;
    abi.max_length = text.max_length;
    return abi;
  }

  static void Set(Config& config, const cardcage_value& value) {
    config.*Member = internal::ListOf<Value>::FromAbi(value);
  }

  const char* key;
  ParamText text;
};

}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_PARAM_H_
