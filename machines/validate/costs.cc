// SPDX-License-Identifier: MIT
#include "machines/validate/costs.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

namespace cardcage {
namespace {

thread_local uint64_t allocations = 0;

// The kernel looks at this byte at each system call of the thread.
volatile char selector = 0;  // SYSCALL_DISPATCH_FILTER_ALLOW
volatile int64_t first = -1;

// Makes the call that was held back. Nothing is noted any more: the way out of here is a call, too.
void OnSystemCall(int /*signal*/, siginfo_t* /*info*/, void* context) {
  selector = 0;
  auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  if (first < 0) first = registers[REG_RAX];
  const int error = errno;
  const long result =
      syscall(registers[REG_RAX], registers[REG_RDI], registers[REG_RSI], registers[REG_RDX],
              registers[REG_R10], registers[REG_R8], registers[REG_R9]);
  registers[REG_RAX] = result == -1 ? -errno : result;
  errno = error;
}

}  // namespace

uint64_t Allocations() { return allocations; }

bool SystemCallWatch::Prepare() {
  constexpr int kDispatch = 59;  // PR_SET_SYSCALL_USER_DISPATCH, which older headers lack
  struct sigaction action {};
  action.sa_sigaction = OnSystemCall;
  action.sa_flags = SA_SIGINFO;
  return sigaction(SIGSYS, &action, nullptr) == 0 && prctl(kDispatch, 1, 0, 0, &selector) == 0;
}

void SystemCallWatch::Begin() {
  first = -1;
  selector = 1;
}

int64_t SystemCallWatch::End() {
  selector = 0;
  return first;
}

}  // namespace cardcage

// Sanitizers have a malloc of their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
extern "C" {

// NOLINTBEGIN(readability-identifier-naming): glibc names them
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* block, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
// NOLINTEND(readability-identifier-naming)

__attribute__((visibility("default"))) void* malloc(size_t size) {
  ++cardcage::allocations;
  return __libc_malloc(size);
}
__attribute__((visibility("default"))) void* calloc(size_t count, size_t size) {
  ++cardcage::allocations;
  return __libc_calloc(count, size);
}
__attribute__((visibility("default"))) void* realloc(void* block, size_t size) {
  ++cardcage::allocations;
  return __libc_realloc(block, size);
}
__attribute__((visibility("default"))) void* aligned_alloc(size_t alignment, size_t size) {
  ++cardcage::allocations;
  return __libc_memalign(alignment, size);
}
__attribute__((visibility("default"))) int posix_memalign(void** block, size_t alignment,
                                                          size_t size) {
  ++cardcage::allocations;
  *block = __libc_memalign(alignment, size);
  return *block == nullptr ? ENOMEM : 0;
}

}  // extern "C"
#endif
