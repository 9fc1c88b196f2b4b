// SPDX-License-Identifier: MIT
// A plugin without types, and with the fault that the build names (FAULT_…).
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "cardcage/abi.h"

#if defined(FAULT_lacks_symbol)
extern "C" int nobody_has_this();
#endif

namespace {

[[maybe_unused]] int BeforeAnything() {
#if defined(FAULT_throws)
  throw std::runtime_error("no licence found");
#elif defined(FAULT_aborts)
  std::fputs("acme: this board is on fire\n", stderr);
  std::abort();
#elif defined(FAULT_exits)
  std::exit(0);
#elif defined(FAULT_hangs)
  for (;;) pause();
#elif defined(FAULT_lacks_symbol)
  return nobody_has_this();
#else
  return 0;
#endif
}
[[maybe_unused]] const int kRan = BeforeAnything();

}  // namespace

#if !defined(FAULT_no_entry)
const cardcage_plugin cardcage_plugin_entry = {
    .struct_size = sizeof(cardcage_plugin),
#if defined(FAULT_wrong_magic)
    .magic = 0x12345678,
#else
    .magic = CARDCAGE_ABI_MAGIC,
#endif
#if defined(FAULT_other_major)
    .abi_major = CARDCAGE_ABI_MAJOR + 1,
#else
    .abi_major = CARDCAGE_ABI_MAJOR,
#endif
    .abi_minor = CARDCAGE_ABI_MINOR,
#if defined(FAULT_newer_minor)
    .needs_minor = CARDCAGE_ABI_MINOR + 1,
#else
    .needs_minor = 1,
#endif
    .reserved = 0,
    .name = "acme",
    .version = "1.0.0",
    .license = "MIT",
    .types = nullptr,
    .type_count = 0,
    .reserved2 = 0,
};
#endif
