// SPDX-License-Identifier: MIT
#include "framework/engine/soft/unicorn_library.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"

// g++ tells by a macro, clang by a feature.
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
// Unicorn forgets some of its own memory when a CPU is closed.
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions() {
  return "leak:cardcage/unicorn.so\n";
}
#endif

namespace cardcage {
namespace {

constexpr char kCure[] =
    "\n  cure:  apt-get install libunicorn-dev (Debian's package), and build again";

// Beside the program's helpers, in a build folder or an installation; in the given installation; where it was
// built.
void* Open(const std::string& installation, std::string* why_not) {
  std::error_code ignored;
  const auto here = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  constexpr char kName[] = "libexec/cardcage/unicorn.so";
  const std::filesystem::path given =
      installation.empty() ? here : std::filesystem::path(installation);
  for (const std::filesystem::path& path : {here / kName, here / ".." / kName, given / kName,
                                            std::filesystem::path(CARDCAGE_UNICORN_BUILT)}) {
    if (access(path.c_str(), R_OK) != 0) continue;
    void* const module = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (module == nullptr) *why_not = dlerror();
    return module;
  }
  *why_not = absl::StrCat("there is no ", kName, " in ", here.string(), " or beside it",
                          installation.empty() ? "" : absl::StrCat(", nor in ", installation));
  return nullptr;
}

// Where the thread goes on when Unicorn fails.
struct WayOut {
  sigjmp_buf place;
  const char* why = "";
};
thread_local WayOut* way_out = nullptr;

void OnFailure(const char* why) {
  if (way_out == nullptr) return;
  way_out->why = why;
  siglongjmp(way_out->place, 1);
}

absl::StatusOr<UnicornLibrary> Load(const std::string& installation) {
  std::string why_not;
  void* const library = Open(installation, &why_not);
  if (library == nullptr) {
    return absl::UnavailableError(
        absl::StrCat("the soft engine's module cannot be loaded: ", why_not, kCure));
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
  void (**failed)(const char*) = nullptr;
  if (void* const variable = dlsym(library, "cardcage_unicorn_failed"); variable != nullptr) {
    failed = static_cast<void (**)(const char*)>(variable);
  } else {
    missing = "cardcage_unicorn_failed";
  }
  unsigned major = 0;
  unsigned minor = 0;
  if (missing.empty()) functions.version(&major, &minor);
  if (!missing.empty() || major != UC_API_MAJOR) {
    return absl::UnavailableError(absl::StrCat(
        "the soft engine's module is of another build: ",
        missing.empty() ? absl::StrCat("Unicorn ", major, ", not ", UC_API_MAJOR) : missing,
        kCure));
  }
  *failed = &OnFailure;
  return functions;
}

}  // namespace

bool UnicornLibrary::Guard(absl::FunctionRef<void()> call, const char** why) {
  WayOut way;
  const bool failed = sigsetjmp(way.place, 0) != 0;
  if (!failed) {
    way_out = &way;
    call();
  }
  way_out = nullptr;
  *why = way.why;
  return !failed;
}

absl::StatusOr<const UnicornLibrary*> UnicornLibrary::Get(const std::string& installation) {
  static const absl::StatusOr<UnicornLibrary> library = Load(installation);
  if (!library.ok()) return library.status();
  return &*library;
}

}  // namespace cardcage
