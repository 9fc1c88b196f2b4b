// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_SOFT_UNICORN_LIBRARY_H_
#define CARDCAGE_FRAMEWORK_ENGINE_SOFT_UNICORN_LIBRARY_H_

#include <unicorn/unicorn.h>

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

namespace cardcage {

// The functions of Unicorn that the soft engine calls. The library is loaded when a machine first
// wants it, so a program without it is whole; its interface is that of the headers built with.
struct UnicornLibrary {
  // Loads it, once a process. It lies beside the program, or else in the installation, a folder, if that is not
  // empty. Any thread.
  // Errors: Unavailable, with the package's name and the cure.
  static absl::StatusOr<const UnicornLibrary*> Get(const std::string& installation = "");

  // Calls into Unicorn where it may meet what it does not expect, for which it would end the process.
  // Then nothing comes back from the call, `why` says what it was, and the CPU can still be read, but
  // nothing else: it must not even be closed. `call` holds nothing that wants to be destroyed.
  static bool Guard(absl::FunctionRef<void()> call, const char** why);

  decltype(&uc_version) version;
  decltype(&uc_open) open;
  decltype(&uc_close) close;
  decltype(&uc_strerror) strerror;
  decltype(&uc_ctl) ctl;
  decltype(&uc_emu_start) emu_start;
  decltype(&uc_emu_stop) emu_stop;
  decltype(&uc_hook_add) hook_add;
  decltype(&uc_mem_map_ptr) mem_map_ptr;
  decltype(&uc_mmio_map) mmio_map;
  decltype(&uc_reg_read) reg_read;
  decltype(&uc_reg_write) reg_write;
  decltype(&uc_context_alloc) context_alloc;
  decltype(&uc_context_free) context_free;
  decltype(&uc_context_save) context_save;
  decltype(&uc_context_restore) context_restore;
  decltype(&uc_context_size) context_size;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_ENGINE_SOFT_UNICORN_LIBRARY_H_
