// SPDX-License-Identifier: MIT
#include "machines/report/disassembly.h"

#include <array>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::HasSubstr;

TEST(Disassemble, SaysInstructionsWithAddressAndBytes) {
  const std::array<uint8_t, 4> bytes = {0xb0, 0x2a, 0xee, 0xf4};
  EXPECT_EQ(Disassemble(bytes, 16, 0x1000, 2),
            "  00001000  b0 2a                          mov al, 0x2A\n"
            "  00001002  ee                             out dx, al\n");
}

TEST(Disassemble, ReadsTheSameBytesByMode) {
  const std::array<uint8_t, 3> bytes = {0x48, 0x89, 0xc3};
  EXPECT_THAT(Disassemble(bytes, 64, 0, 1), HasSubstr("mov rbx, rax"));
  EXPECT_THAT(Disassemble(bytes, 32, 0, 1), HasSubstr("dec eax"));
  EXPECT_THAT(Disassemble(bytes, 16, 0, 1), HasSubstr("dec ax"));
}

TEST(Disassemble, StopsAtWhatIsNoInstruction) {
  const std::array<uint8_t, 3> bytes = {0x90, 0x06, 0x90};  // push es is none in 64-bit mode
  EXPECT_THAT(Disassemble(bytes, 64, 0, 3), HasSubstr("(no instruction)"));
}

TEST(Disassemble, TruncatedBytesAreNoInstruction) {
  const std::array<uint8_t, 1> bytes = {0x0f};
  EXPECT_THAT(Disassemble(bytes, 64, 0, 3), HasSubstr("(no instruction)"));
  EXPECT_EQ(Disassemble({}, 64, 0, 3), "");
}

}  // namespace
}  // namespace cardcage
