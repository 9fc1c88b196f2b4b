// SPDX-License-Identifier: MIT
// The entry of a plugin: what CARDCAGE_PLUGIN makes of its declarations.
#ifndef CARDCAGE_INTERNAL_PLUGIN_H_
#define CARDCAGE_INTERNAL_PLUGIN_H_

#include <array>

#include "cardcage/abi.h"
#include "cardcage/internal/checks.h"
#include "cardcage/internal/tables.h"

namespace cardcage {
inline namespace v0 {
namespace internal {

template <const auto&... Decl>
inline constexpr std::array<const cardcage_type*, sizeof...(Decl)> kTypes{&Tables<Decl>::kType...};

template <const auto&... Decl>
constexpr cardcage_plugin MakePlugin(const char* name, const char* version, const char* license) {
  static_assert(sizeof...(Decl) > 0,
                "a plugin has no types: name its declarations behind the licence, "
                "CARDCAGE_PLUGIN(name, version, license, kDeclaration)");
  static_assert((IsSound<Decl>() && ...));
  cardcage_plugin plugin{};
  plugin.struct_size = sizeof(plugin);
  plugin.magic = CARDCAGE_ABI_MAGIC;
  plugin.abi_major = CARDCAGE_ABI_MAJOR;
  plugin.abi_minor = CARDCAGE_ABI_MINOR;
  plugin.needs_minor = 1;  // the least minor that has all that is used here
  plugin.name = name;
  plugin.version = version;
  plugin.license = license;
  plugin.types = kTypes<Decl...>.data();
  plugin.type_count = sizeof...(Decl);
  return plugin;
}

}  // namespace internal
}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_INTERNAL_PLUGIN_H_
