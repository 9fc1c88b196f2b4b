// SPDX-License-Identifier: MIT
#include "framework/engine/kvm/x86_64/cpuid.h"

#include "gtest/gtest.h"

namespace cardcage::x86_64 {
namespace {

TEST(Cpuid, EachCpuGetsItsOwnApicIdAndNothingElseChanges) {
  std::vector<kvm_cpuid_entry2> supported(3);
  supported[0].function = 0x1;
  supported[0].ebx = 0x07112233;
  supported[1].function = 0xb;
  supported[1].edx = 9;
  supported[2].function = 0x7;
  supported[2].edx = 9;
  const auto entries = CpuidFor(supported, 5);
  EXPECT_EQ(entries[0].ebx, 0x05112233u);
  EXPECT_EQ(entries[1].edx, 5u);
  EXPECT_EQ(entries[2].edx, 9u);
}

}  // namespace
}  // namespace cardcage::x86_64
