// SPDX-License-Identifier: MIT
#include "cardcage/testing/device_test.h"

extern "C" const cardcage_plugin cardcage_builtin_unimplemented;

namespace {

using ::cardcage::testing::DeviceTest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Unimplemented : public DeviceTest {
 protected:
  Unimplemented()
      : DeviceTest(cardcage_builtin_unimplemented, "unimplemented",
                   {{"size", 16}, {"answer", 0x1234}}) {}
};

TEST_F(Unimplemented, LogsWhatTheGuestDoes) {
  cage().Read(4, 2);
  cage().Write(9, 0xabcd, 1);
  EXPECT_THAT(cage().log(), ElementsAre("read of 2 bytes at offset 0x4: 0x1234",
                                        "write of 1 byte at offset 0x9: 0xcd"));
}

TEST_F(Unimplemented, AnswersAtEveryWidth) {
  EXPECT_EQ(cage().Read(0, 1), 0x34u);
  EXPECT_EQ(cage().Read(1, 2), 0x1234u);
  EXPECT_EQ(cage().Read(2, 4), 0x1234u);
  EXPECT_EQ(cage().Read(3, 8), 0x1234u);
}

TEST_F(Unimplemented, EndsWithItsRange) { EXPECT_EQ(cage().Read(16), 0xffu); }

TEST_F(Unimplemented, GuestThatPollsIsSaidOnce) {
  for (int i = 0; i < 1000; ++i) cage().Read(0);
  cage().Write(0, 1);
  EXPECT_THAT(cage().log(), ElementsAre(HasSubstr("read of 1 byte"), HasSubstr("write of 1 byte")));
}

TEST_F(Unimplemented, MoreThanItCanListIsSaid) {
  Make({{"size", 64}});
  for (uint64_t offset = 0; offset < 64; ++offset) cage().Write(offset, 1);
  EXPECT_EQ(cage().log().size(), 32u);
  EXPECT_EQ(cage().log().back(), "there is more");
}

TEST_F(Unimplemented, EveryOffsetWidthAndDirectionIsSafe) {
  for (uint64_t offset = 0; offset < 20; ++offset) {
    for (unsigned size = 1; size <= 8; ++size) {
      cage().Write(offset, ~uint64_t{0}, size);
      EXPECT_LE(cage().Read(offset, size), ~uint64_t{0} >> (64 - 8 * size));
    }
  }
}

}  // namespace
