// SPDX-License-Identifier: MIT
#include "cardcage/testing/device_test.h"

extern "C" const cardcage_plugin cardcage_builtin_scratch;

namespace {

using ::cardcage::testing::DeviceTest;

class Scratch : public DeviceTest {
 protected:
  Scratch() : DeviceTest(cardcage_builtin_scratch, "scratch", {{"size", 24}}) {}
};

TEST_F(Scratch, IsZeroAfterReset) {
  cage().Write(0, 0x1122334455667788, 8);
  Reset();
  EXPECT_EQ(cage().Read(0, 8), 0u);
}

TEST_F(Scratch, KeepsWhatIsWrittenLittleEndian) {
  cage().Write(0, 0x44332211, 4);
  EXPECT_EQ(cage().Read(0), 0x11u);
  EXPECT_EQ(cage().Read(1, 2), 0x3322u);
  cage().Write(2, 0xee);
  EXPECT_EQ(cage().Read(0, 4), 0x44ee2211u);
}

TEST_F(Scratch, TakesEveryWidthAtEveryOffset) {
  for (unsigned size = 1; size <= 8; ++size) {
    const uint64_t ones = ~uint64_t{0} >> (64 - 8 * size);
    for (uint64_t offset = 0; offset + size <= 24; ++offset) {
      cage().Write(offset, 0xa5a5a5a5a5a5a5a5, size);
      EXPECT_EQ(cage().Read(offset, size), 0xa5a5a5a5a5a5a5a5 & ones);
    }
  }
}

TEST_F(Scratch, BehindItsEndNobodyAnswers) {
  cage().Write(23, 0x1234, 2);
  EXPECT_EQ(cage().Read(23, 2), 0xff34u);
}

TEST_F(Scratch, HasSixteenBytesByDefault) {
  Make({});
  EXPECT_EQ(cage().Read(15), 0u);
  EXPECT_EQ(cage().Read(16), 0xffu);
}

}  // namespace
