// SPDX-License-Identifier: MIT
// The soft engine's module: Unicorn's x86 part, linked for a fast start, and with a way out for what
// Unicorn would end the process for. CMakeLists.txt says how; unicorn_library.cc loads it.
#include <cstdlib>

extern "C" {

// Called on the thread that Unicorn fails on; does not return where that can be gone on from.
void (*cardcage_unicorn_failed)(const char* why) = nullptr;

// Names that ld --wrap makes. NOLINTBEGIN(readability-identifier-naming,bugprone-reserved-identifier)
void __real_abort() __attribute__((noreturn));
void __real_exit(int code) __attribute__((noreturn));

__attribute__((noreturn)) void __wrap_abort() {
  if (cardcage_unicorn_failed != nullptr) cardcage_unicorn_failed("it has aborted");
  __real_abort();
}

__attribute__((noreturn)) void __wrap___assert_fail(const char* assertion, const char* /*file*/,
                                                    unsigned /*line*/, const char* /*function*/) {
  if (cardcage_unicorn_failed != nullptr) cardcage_unicorn_failed(assertion);
  __real_abort();
}

__attribute__((noreturn)) void __wrap_exit(int code) {
  if (cardcage_unicorn_failed != nullptr) cardcage_unicorn_failed("it has given up");
  __real_exit(code);
}

// NOLINTEND(readability-identifier-naming,bugprone-reserved-identifier)

}  // extern "C"
