// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_SOFT_UNICORN_CPU_H_
#define CARDCAGE_FRAMEWORK_ENGINE_SOFT_UNICORN_CPU_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/engine/soft/unicorn_library.h"
#include "framework/engine/soft/x86_64/interrupts.h"

namespace cardcage {

// A CPU of Unicorn, and the way to its whole state.
//
// Unicorn's registers by name leave out what a machine monitor needs: the hidden parts of segments, the
// error code of an exception. All of it is in a saved context, whose layout is private to the library.
// So the layout is looked for when the CPU is made, by values written through the names, and a library
// where it is not found as expected is refused.
//
// One thread at a time. No function may be called from inside a hook unless it says so.
class UnicornCpu {
 public:
  // In the state after reset.
  // Errors: Unavailable (no library, or not one that this can work with), ResourceExhausted.
  static absl::StatusOr<std::unique_ptr<UnicornCpu>> Create();
  ~UnicornCpu();
  UnicornCpu(const UnicornCpu&) = delete;
  UnicornCpu& operator=(const UnicornCpu&) = delete;

  const UnicornLibrary& library() const { return library_; }
  uc_engine* handle() const { return handle_; }

  // Executes from RIP on, until a hook or the library itself stops it. Nothing where the library has
  // failed, with the reason in `why`: then the state can be read, and nothing else.
  std::optional<uc_err> Execute(const char** why);

  // Any hook may ask.
  uint64_t Read(uc_x86_reg name) const;
  void Write(uc_x86_reg name, uint64_t value);

  x86_64::CpuState Load();
  void Store(const x86_64::CpuState& state);

  // What is known of an exception while its hook runs; afterwards it is forgotten, so that the library
  // does not take the next one for a double fault. For the hook.
  struct Exception {
    uint32_t error_code;
    bool is_software;   // INT n, INT3, INTO
    uint64_t next_rip;  // what the handler returns to
  };
  Exception TakeException();

  // "2.0".
  std::string Version() const;

 private:
  // Offsets in a saved context, in bytes.
  struct Layout {
    size_t registers;  // RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8 to R15, RIP
    size_t hidden_flags;
    size_t segments;  // ES, CS, SS, DS, FS, GS, LDTR, TR, GDTR, IDTR
    size_t control;   // CR0 to CR4
    size_t efer;
    size_t error_code;
    size_t old_exception;
  };
  struct ContextDeleter {
    const UnicornLibrary* library;
    void operator()(uc_context* context) const { library->context_free(context); }
  };

  explicit UnicornCpu(const UnicornLibrary& library) : library_(library) {}
  absl::Status Open();
  absl::Status FindLayout();
  void Reset();
  void Save();
  void Restore();
  template <class T>
  T Get(size_t offset) const;
  template <class T>
  void Put(size_t offset, T value);
  Segment GetSegment(size_t index) const;
  void PutSegment(size_t index, const Segment& segment);

  const UnicornLibrary& library_;
  uc_engine* handle_ = nullptr;
  std::unique_ptr<uc_context, ContextDeleter> context_;
  Layout layout_{};
  bool failed_ = false;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_ENGINE_SOFT_UNICORN_CPU_H_
