// SPDX-License-Identifier: MIT
// What a test that needs a real KVM begins with.
#ifndef CARDCAGE_TESTS_SUPPORT_KVM_H_
#define CARDCAGE_TESTS_SUPPORT_KVM_H_

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "gtest/gtest.h"

namespace cardcage::testing {

// Why this process cannot use KVM, or nothing where it can.
inline std::string WhyNoKvm() {
  const int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  if (fd < 0) return std::strerror(errno);
  close(fd);
  return "";
}

}  // namespace cardcage::testing

// Skips the test, or in SetUp() each test of the fixture, where there is no KVM.
#define CARDCAGE_SKIP_WITHOUT_KVM()                                            \
  do {                                                                         \
    const std::string why_no_kvm = ::cardcage::testing::WhyNoKvm();            \
    if (!why_no_kvm.empty()) GTEST_SKIP() << "needs /dev/kvm: " << why_no_kvm; \
  } while (false)

#endif  // CARDCAGE_TESTS_SUPPORT_KVM_H_
