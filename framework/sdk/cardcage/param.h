// SPDX-License-Identifier: MIT
// The parameters of a declaration: what the machine file may set on a device. One is a member of the device's
// Config; the member's type says the kind, its initialiser the default.
#ifndef CARDCAGE_PARAM_H_
#define CARDCAGE_PARAM_H_

#include <cstdint>
#include <limits>
#include <type_traits>

#include "cardcage/abi.h"
#include "cardcage/host.h"
#include "cardcage/names.h"

namespace cardcage {
inline namespace v0 {

// Of a u64 or Size parameter, min and max are both inside.
struct ParamText {
  const char* doc = "";
  const char* unit = nullptr;
  bool required = false;
  uint64_t min = 0;
  uint64_t max = std::numeric_limits<uint64_t>::max();
  Names names{};  // of an enum
};

namespace internal {

struct IsParam {};

template <class M>
struct MemberOf;
template <class C, class T>
struct MemberOf<T C::*> {
  using Class = C;
  using Type = T;
};

template <class T>
constexpr uint32_t KindOf() {
  if constexpr (std::is_same_v<T, bool>) {
    return CARDCAGE_KIND_BOOL;
  } else if constexpr (std::is_same_v<T, Size>) {
    return CARDCAGE_KIND_SIZE;
  } else if constexpr (std::is_same_v<T, CharLink>) {
    return CARDCAGE_KIND_CHAR;
  } else if constexpr (std::is_enum_v<T>) {
    return CARDCAGE_KIND_ENUM;
  } else {
    static_assert(std::is_unsigned_v<T>,
                  "a parameter's member is bool, an unsigned integer, an enum, cardcage::Size or "
                  "cardcage::CharLink");
    return CARDCAGE_KIND_U64;
  }
}

}  // namespace internal

// A parameter, held by a member of the device's Config, whose initialiser is the default.
template <auto Member>
struct Param : internal::IsParam {
  using Config = typename internal::MemberOf<decltype(Member)>::Class;
  using Value = typename internal::MemberOf<decltype(Member)>::Type;

  constexpr Param(const char* param_key, const ParamText& param_text)
      : key(param_key), text(param_text) {}

  constexpr cardcage_param Abi() const {
    constexpr uint32_t kKind = internal::KindOf<Value>();
    cardcage_param abi{};
    abi.struct_size = sizeof(abi);
    abi.kind = kKind;
    abi.key = key;
    abi.doc = text.doc;
    abi.unit = text.unit;
    abi.flags = text.required ? CARDCAGE_PARAM_REQUIRED : 0;
    abi.min = text.min;
    abi.max = text.max;
    abi.names = text.names.list;
    abi.name_count = text.names.count;
    const Config config{};
    if constexpr (kKind == CARDCAGE_KIND_SIZE) {
      abi.default_u64 = (config.*Member).bytes;
    } else if constexpr (kKind == CARDCAGE_KIND_BOOL) {
      abi.default_u64 = config.*Member ? 1 : 0;
      abi.max = 1;
    } else if constexpr (kKind == CARDCAGE_KIND_ENUM) {
      abi.default_u64 = static_cast<uint64_t>(config.*Member);
      abi.max = text.names.count == 0 ? 0 : text.names.count - 1;
    } else if constexpr (kKind == CARDCAGE_KIND_U64) {
      abi.default_u64 = config.*Member;
      if (abi.max > std::numeric_limits<Value>::max()) abi.max = std::numeric_limits<Value>::max();
    }
    return abi;
  }

  static void Set(Config& config, const cardcage_value& value) {
    if constexpr (internal::KindOf<Value>() == CARDCAGE_KIND_CHAR) {
      config.*Member = CharLink(value.character);
    } else if constexpr (internal::KindOf<Value>() == CARDCAGE_KIND_SIZE) {
      config.*Member = Size{value.u64};
    } else {
      config.*Member = static_cast<Value>(value.u64);
    }
  }

  const char* key;
  ParamText text;
};

}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_PARAM_H_
