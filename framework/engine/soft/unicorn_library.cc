// SPDX-License-Identifier: MIT
#include "framework/engine/soft/unicorn_library.h"

#include <dlfcn.h>

#include "absl/strings/str_cat.h"

namespace cardcage {
namespace {

absl::StatusOr<UnicornLibrary> Load() {
  constexpr char kCure[] =
      "\n  cure:  apt-get install " CARDCAGE_UNICORN_PACKAGE " (Debian's package), and try again";
  void* const library = dlopen(CARDCAGE_UNICORN, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return absl::UnavailableError(
        absl::StrCat("the soft engine needs " CARDCAGE_UNICORN ": ", dlerror(), kCure));
  }
  UnicornLibrary functions{};
  std::string missing;
  const auto find = [&](const char* name, auto& function) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    if (function == nullptr) missing = name;
  };
  find("uc_version", functions.version);
  find("uc_open", functions.open);
  find("uc_close", functions.close);
  find("uc_strerror", functions.strerror);
  find("uc_ctl", functions.ctl);
  find("uc_emu_start", functions.emu_start);
  find("uc_emu_stop", functions.emu_stop);
  find("uc_hook_add", functions.hook_add);
  find("uc_mem_map_ptr", functions.mem_map_ptr);
  find("uc_mmio_map", functions.mmio_map);
  find("uc_reg_read", functions.reg_read);
  find("uc_reg_write", functions.reg_write);
  find("uc_context_alloc", functions.context_alloc);
  find("uc_context_free", functions.context_free);
  find("uc_context_save", functions.context_save);
  find("uc_context_restore", functions.context_restore);
  find("uc_context_size", functions.context_size);
  unsigned major = 0;
  unsigned minor = 0;
  if (missing.empty()) functions.version(&major, &minor);
  if (!missing.empty() || major != UC_API_MAJOR) {
    return absl::UnavailableError(absl::StrCat(
        "the soft engine needs Unicorn ", UC_API_MAJOR, ", and " CARDCAGE_UNICORN " is ",
        missing.empty() ? absl::StrCat("version ", major) : absl::StrCat("without ", missing),
        kCure));
  }
  return functions;
}

}  // namespace

absl::StatusOr<const UnicornLibrary*> UnicornLibrary::Get() {
  static const absl::StatusOr<UnicornLibrary> library = Load();
  if (!library.ok()) return library.status();
  return &*library;
}

}  // namespace cardcage
