// SPDX-License-Identifier: MIT
// A device's declaration: its type, and the items that it is made of. device.h shows one.
#ifndef CARDCAGE_DECLARATION_H_
#define CARDCAGE_DECLARATION_H_

#include <tuple>

#include "cardcage/abi.h"

namespace cardcage {
inline namespace v0 {

struct TypeText {
  const char* document = nullptr;  // the data sheet it follows
  bool concurrent = false;         // handlers may run on several threads at once
  bool battery = false;            // some of what the guest can tell outlives a reset
  uint32_t state_version = 1;  // of what State() saves: one more when a field is new or has gone
};

// The type itself: its class, its id in the machine file and a line about it.
template <class D>
struct Type {
  using Device = D;
  constexpr Type(const char* type_id, const char* type_summary, const TypeText& type_text = {})
      : id(type_id), summary(type_summary), text(type_text) {}
  const char* id;
  const char* summary;
  TypeText text;
};

namespace internal {

template <class T>
inline constexpr bool kIsType = false;
template <class D>
inline constexpr bool kIsType<Type<D>> = true;

}  // namespace internal

// A device's type with its parameters and regions. The order of the items is the order in which
// people see them, and nothing else.
template <class T, class... Items>
struct Declaration {
  static_assert(
      internal::kIsType<T>,
      "a declaration begins with its type: put cardcage::Type<TheClass>(id, summary) first");
  using Device = typename T::Device;
  constexpr explicit Declaration(const T& declared_type, const Items&... declared_items)
      : type(declared_type), items(declared_items...) {}
  T type;
  std::tuple<Items...> items;
};

}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_DECLARATION_H_
