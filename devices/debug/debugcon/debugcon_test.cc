// SPDX-License-Identifier: MIT
#include "cardcage/testing/device_test.h"

extern "C" const cardcage_plugin cardcage_builtin_debugcon;

namespace {

using ::cardcage::testing::DeviceTest;
using ::cardcage::testing::EngineOfThisRun;
using ::cardcage::testing::TestEngine;

class Debugcon : public DeviceTest {
 protected:
  Debugcon() : DeviceTest(cardcage_builtin_debugcon, "debugcon") {}
};

TEST_F(Debugcon, ReadTellsThatItIsThere) {
  EXPECT_EQ(ReadReg("data"), 0xe9u);
  Make({{"answer", 0x55}});
  EXPECT_EQ(ReadReg("data"), 0x55u);
}

TEST_F(Debugcon, WriteSendsTheByte) {
  for (const char byte : {'o', 'k'}) WriteReg("data", static_cast<uint8_t>(byte));
  EXPECT_EQ(ShownOnHost(), "ok");
}

TEST_F(Debugcon, StringGoesToTheBackendInOnePiece) {
  cage().WriteMany(0, {'h', 'e', 'l', 'l', 'o'});
  EXPECT_EQ(ShownOnHost(), "hello");
  // A CPU's rep outs is an access for each byte.
  EXPECT_EQ(cage().console().writes, EngineOfThisRun() == TestEngine::kNone ? 1u : 5u);
}

TEST_F(Debugcon, ByteThatTheHostDoesNotTakeIsDroppedAndCounted) {
  cage().console().room = 1;
  WriteReg("data", 'a');
  WriteReg("data", 'b');
  EXPECT_EQ(ShownOnHost(), "a");
  EXPECT_EQ(cage().console().dropped, 1u);
}

TEST_F(Debugcon, ResetChangesNothing) {
  Reset();
  EXPECT_EQ(ReadReg("data"), 0xe9u);
  EXPECT_EQ(ShownOnHost(), "");
}

TEST_F(Debugcon, EveryWidthIsSafe) {
  for (unsigned size = 1; size <= 8; ++size) {
    cage().Write(0, ~uint64_t{0}, size);
    EXPECT_EQ(cage().Read(0, size) & 0xff, 0xe9u);
  }
  EXPECT_EQ(ShownOnHost(), std::string(8, '\xff'));
}

}  // namespace
