// SPDX-License-Identifier: MIT
// A library to preload: KVM refuses one ioctl, or lacks one capability, as a host that cannot would.
//
//   REFUSE_IOCTL=NUMBER:ERRNO   that ioctl fails with that errno; both in decimal or 0x
//   REFUSE_CAPABILITY=NUMBER    KVM_CHECK_EXTENSION says 0 for it
//   REFUSE_VERSION=NUMBER       KVM_GET_API_VERSION says that
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr unsigned long kGetApiVersion = 0xae00;
constexpr unsigned long kCheckExtension = 0xae03;

}  // namespace

extern "C" __attribute__((visibility("default"))) int ioctl(int fd, unsigned long request,
                                                            ...) noexcept {
  va_list arguments;
  va_start(arguments, request);
  const unsigned long argument = va_arg(arguments, unsigned long);
  va_end(arguments);
  if (const char* refused = getenv("REFUSE_IOCTL"); refused != nullptr) {
    char* error = nullptr;
    if (strtoul(refused, &error, 0) == request) {
      errno = atoi(error + 1);
      return -1;
    }
  }
  if (const char* version = getenv("REFUSE_VERSION");
      version != nullptr && request == kGetApiVersion) {
    return atoi(version);
  }
  if (const char* missing = getenv("REFUSE_CAPABILITY"); missing != nullptr &&
                                                         request == kCheckExtension &&
                                                         strtoul(missing, nullptr, 0) == argument) {
    return 0;
  }
  return static_cast<int>(syscall(SYS_ioctl, fd, request, argument));
}
