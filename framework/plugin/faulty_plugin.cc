// SPDX-License-Identifier: MIT
// A plugin with a type that does nothing, and with the fault that the build names (FAULT_…).
#include <fcntl.h>
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
#elif defined(FAULT_writes)
  // Not a fault, but a witness: that code of the plugin has run.
  const char* const path = std::getenv("ACME_WAS_HERE");
  if (path != nullptr) close(open(path, O_WRONLY | O_CREAT, 0600));
  return 0;
#else
  return 0;
#endif
}
[[maybe_unused]] const int kRan = BeforeAnything();

#if !defined(FAULT_no_entry)
constexpr cardcage_param kParam = {
    .struct_size = sizeof(cardcage_param),
    .kind = CARDCAGE_KIND_U64,
#if defined(FAULT_reserved_key)
    .key = "irq",
#else
    .key = "channels",
#endif
    .max = UINT64_MAX,
};
constexpr const cardcage_param* kParams[] = {&kParam};

constexpr cardcage_type kType = {
    .struct_size = sizeof(cardcage_type),
    .id = "acme.chip",
    .summary = "a chip that does nothing",
    .params = kParams,
    .param_count = 1,
    .create = [](auto...) -> void* {
      static char device;
      return &device;
    },
    .destroy = [](void*) { return CARDCAGE_OK; },
    .reset = [](void*) { return CARDCAGE_OK; },
};
constexpr const cardcage_type* kTypes[] = {
    &kType,
#if defined(FAULT_type_twice)
    &kType,
#endif
};
#endif

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
    .types = kTypes,
    .type_count = sizeof(kTypes) / sizeof(kTypes[0]),
    .reserved2 = 0,
};
#endif
