// SPDX-License-Identifier: MIT
// What can be said of a pointer to a member: of a Config's variables and a device's functions.
#ifndef CARDCAGE_INTERNAL_MEMBERS_H_
#define CARDCAGE_INTERNAL_MEMBERS_H_

#include <type_traits>

namespace cardcage {
inline namespace v0 {
namespace internal {

// Whether it is nullptr.
template <auto Member>
inline constexpr bool kNone = std::is_null_pointer_v<decltype(Member)>;

// Whether it is a member of D or of a class that D derives from. nullptr is.
template <class D, auto Member>
inline constexpr bool kBelongs = true;
template <class D, class C, class T, T C::*Member>
inline constexpr bool kBelongs<D, Member> = std::is_base_of_v<C, D>;

// Whether it is a const function that takes nothing and gives a T.
template <class T, auto Member>
inline constexpr bool kGives = false;
template <class T, class C, bool kNoexcept, T (C::*Member)() const noexcept(kNoexcept)>
inline constexpr bool kGives<T, Member> = true;

// Whether it is a function of that signature, const or not.
template <class Signature, auto Member>
inline constexpr bool kIs = false;
template <class T, class... Args, class C, bool kNoexcept,
          T (C::*Member)(Args...) noexcept(kNoexcept)>
inline constexpr bool kIs<T(Args...), Member> = true;
template <class T, class... Args, class C, bool kNoexcept,
          T (C::*Member)(Args...) const noexcept(kNoexcept)>
inline constexpr bool kIs<T(Args...), Member> = true;

}  // namespace internal
}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_INTERNAL_MEMBERS_H_
