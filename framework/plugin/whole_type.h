// SPDX-License-Identifier: MIT
// What a plugin of another minor gives, as this host knows it.
#ifndef CARDCAGE_FRAMEWORK_PLUGIN_WHOLE_TYPE_H_
#define CARDCAGE_FRAMEWORK_PLUGIN_WHOLE_TYPE_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>

#include "cardcage/abi.h"

namespace cardcage {

// The size of a struct that plugins give, in bytes, as it was in the minor in which it came: none is shorter.
template <class Struct>
inline constexpr size_t kLeastSize = 0;
template <>
inline constexpr size_t kLeastSize<cardcage_plugin> = 56;
template <>
inline constexpr size_t kLeastSize<cardcage_type> = 200;
template <>
inline constexpr size_t kLeastSize<cardcage_param> = 96;
template <>
inline constexpr size_t kLeastSize<cardcage_value> = 64;
template <>
inline constexpr size_t kLeastSize<cardcage_region> = 88;
template <>
inline constexpr size_t kLeastSize<cardcage_register> = 56;
template <>
inline constexpr size_t kLeastSize<cardcage_field> = 32;
template <>
inline constexpr size_t kLeastSize<cardcage_signal> = 24;
template <>
inline constexpr size_t kLeastSize<cardcage_counter> = 24;

// The struct as long as this host's: what its maker did not know is 0, and what only its maker knows is gone.
// One that is shorter than any minor had it says so by a struct_size below this host's.
template <class Struct>
Struct Whole(const Struct& given) {
  static_assert(kLeastSize<Struct> > 0 && kLeastSize<Struct> <= sizeof(Struct));
  Struct whole{};
  std::memcpy(&whole, &given, std::min<size_t>(given.struct_size, sizeof(whole)));
  if (given.struct_size >= kLeastSize<Struct>) whole.struct_size = sizeof(whole);
  return whole;
}

// The type, and all that it leads to, likewise. So nobody else has to ask how long a struct is. An element of a list
// that is null is so in the copy, too, and a list that is null has no elements. The plugin outlives it.
std::shared_ptr<const cardcage_type> WholeType(const cardcage_type& given);

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_PLUGIN_WHOLE_TYPE_H_
