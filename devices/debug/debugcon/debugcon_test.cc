// SPDX-License-Identifier: MIT
#include "cardcage/testing/test_cage.h"
#include "gtest/gtest.h"

extern "C" const cardcage_plugin cardcage_builtin_debugcon;

namespace {

using cardcage::testing::TestCage;

class Debugcon : public ::testing::Test {
 protected:
  TestCage cage_{cardcage_builtin_debugcon, "debugcon"};
};

TEST_F(Debugcon, ReadTellsThatItIsThere) {
  EXPECT_EQ(cage_.Read(0), 0xe9u);
  TestCage other(cardcage_builtin_debugcon, "debugcon", {{"answer", 0x55}});
  EXPECT_EQ(other.Read(0), 0x55u);
}

TEST_F(Debugcon, WriteSendsTheByte) {
  for (const char byte : {'o', 'k'}) cage_.Write(0, static_cast<uint8_t>(byte));
  EXPECT_EQ(cage_.console().output, "ok");
}

TEST_F(Debugcon, StringGoesToTheBackendInOnePiece) {
  cage_.WriteMany(0, {'h', 'e', 'l', 'l', 'o'});
  EXPECT_EQ(cage_.console().output, "hello");
  EXPECT_EQ(cage_.console().writes, 1u);
}

TEST_F(Debugcon, ByteThatTheHostDoesNotTakeIsDroppedAndCounted) {
  cage_.console().room = 1;
  cage_.Write(0, 'a');
  cage_.Write(0, 'b');
  EXPECT_EQ(cage_.console().output, "a");
  EXPECT_EQ(cage_.console().dropped, 1u);
}

TEST_F(Debugcon, ResetChangesNothing) {
  cage_.Reset();
  EXPECT_EQ(cage_.Read(0), 0xe9u);
  EXPECT_EQ(cage_.console().output, "");
}

TEST_F(Debugcon, EveryWidthIsSafe) {
  for (unsigned size = 1; size <= 8; ++size) {
    cage_.Write(0, ~uint64_t{0}, size);
    EXPECT_EQ(cage_.Read(0, size) & 0xff, 0xe9u);
  }
  EXPECT_EQ(cage_.console().output, std::string(8, '\xff'));
}

}  // namespace
