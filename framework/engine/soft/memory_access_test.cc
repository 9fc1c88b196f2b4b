// SPDX-License-Identifier: MIT
#include "framework/engine/soft/memory_access.h"

#include "gtest/gtest.h"

namespace cardcage {
namespace {

using Portion = MemoryAccess::Portion;

// The addresses: a page of registers at linear 0x7000 and 0x8000 is physical 0xd0000 and 0xe1000.
constexpr uint64_t kFirst = 0xd0000;
constexpr uint64_t kSecond = 0xe1000;

// A part of a write.
Portion WritePart(MemoryAccess& access, uint64_t physical, unsigned size, uint64_t value) {
  return access.Find(/*is_write=*/true, physical, size, value, 1);
}

// A part of a read, as the engine serves it: `bus` is what the bus answers with.
uint64_t ReadPart(MemoryAccess& access, uint64_t physical, unsigned size, uint64_t bus,
                  std::vector<Portion>& made) {
  const Portion portion = access.Find(/*is_write=*/false, physical, size, 0, 1);
  if (portion.is_new) {
    made.push_back(portion);
    access.Answer(portion, bus);
  }
  return access.Extract(physical, size);
}

TEST(MemoryAccess, WriteOfEightBytesIsMadeOnce) {
  MemoryAccess access;
  access.Begin(true, 0x7010, 8, 0x8877665544332211, 1);
  const Portion first = WritePart(access, kFirst + 0x10, 4, 0x44332211);
  EXPECT_TRUE(first.is_new);
  EXPECT_EQ(first.physical, kFirst + 0x10);
  EXPECT_EQ(first.size, 8u);
  EXPECT_EQ(first.value, 0x8877665544332211u);
  EXPECT_FALSE(WritePart(access, kFirst + 0x14, 4, 0x88776655).is_new);
}

TEST(MemoryAccess, UnalignedWriteIsMadeOnceForAllItsBytes) {
  MemoryAccess access;
  access.Begin(true, 0x7011, 4, 0x44332211, 1);
  const Portion first = WritePart(access, kFirst + 0x11, 1, 0x11);
  EXPECT_TRUE(first.is_new);
  EXPECT_EQ(first.physical, kFirst + 0x11);
  EXPECT_EQ(first.size, 4u);
  EXPECT_EQ(first.value, 0x44332211u);
  for (unsigned i = 1; i < 4; ++i) {
    EXPECT_FALSE(WritePart(access, kFirst + 0x11 + i, 1, 0x11 * (i + 1)).is_new);
  }
}

TEST(MemoryAccess, WriteOverAPagesEndIsMadeOnceAPage) {
  MemoryAccess access;
  access.Begin(true, 0x7ffd, 8, 0x8877665544332211, 1);
  const Portion first = WritePart(access, kFirst + 0xffd, 1, 0x11);
  EXPECT_TRUE(first.is_new);
  EXPECT_EQ(first.physical, kFirst + 0xffd);
  EXPECT_EQ(first.size, 3u);
  EXPECT_EQ(first.value & 0xffffff, 0x332211u);
  EXPECT_FALSE(WritePart(access, kFirst + 0xfff, 1, 0x33).is_new);
  const Portion second = WritePart(access, kSecond, 1, 0x44);
  EXPECT_TRUE(second.is_new);
  EXPECT_EQ(second.physical, kSecond);
  EXPECT_EQ(second.size, 5u);
  EXPECT_EQ(second.value, 0x8877665544u);
  EXPECT_FALSE(WritePart(access, kSecond + 4, 1, 0x88).is_new);
}

TEST(MemoryAccess, ReadOfEightBytesIsMadeOnceAndHandedOutInParts) {
  MemoryAccess access;
  std::vector<Portion> made;
  access.Begin(false, 0x7010, 8, 0, 1);
  EXPECT_EQ(ReadPart(access, kFirst + 0x10, 4, 0x8877665544332211, made), 0x44332211u);
  EXPECT_EQ(ReadPart(access, kFirst + 0x14, 4, 0, made), 0x88776655u);
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0].size, 8u);
}

// Unicorn reads the two aligned longs around it, and tells of them as if the guest had.
TEST(MemoryAccess, UnalignedReadLeavesItsNeighboursAlone) {
  MemoryAccess access;
  std::vector<Portion> made;
  access.Begin(false, 0x7011, 4, 0, 1);
  access.Begin(false, 0x7010, 4, 0, 1);
  EXPECT_EQ(ReadPart(access, kFirst + 0x10, 4, 0x44332211, made), 0x33221100u);
  access.Begin(false, 0x7014, 4, 0, 1);
  EXPECT_EQ(ReadPart(access, kFirst + 0x14, 4, 0, made), 0x44u);
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0].physical, kFirst + 0x11);
  EXPECT_EQ(made[0].size, 4u);
}

TEST(MemoryAccess, PartsThatTheGuestDidNotAskForAreNotMade) {
  MemoryAccess access;
  std::vector<Portion> made;
  access.Begin(false, 0x7017, 8, 0, 1);
  access.Begin(false, 0x7010, 8, 0, 1);
  ReadPart(access, kFirst + 0x10, 4, 0, made);
  EXPECT_TRUE(made.empty());
  EXPECT_EQ(ReadPart(access, kFirst + 0x14, 4, 0x8877665544332211, made), 0x11000000u);
  access.Begin(false, 0x7018, 8, 0, 1);
  EXPECT_EQ(ReadPart(access, kFirst + 0x18, 4, 0, made), 0x55443322u);
  EXPECT_EQ(ReadPart(access, kFirst + 0x1c, 4, 0, made), 0x887766u);
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0].physical, kFirst + 0x17);
}

TEST(MemoryAccess, ReadOverAPagesEndIsMadeOnceAPage) {
  MemoryAccess access;
  std::vector<Portion> made;
  access.Begin(false, 0x7ffe, 4, 0, 1);
  access.Begin(false, 0x7ffc, 4, 0, 1);
  EXPECT_EQ(ReadPart(access, kFirst + 0xffc, 4, 0x2211, made), 0x22110000u);
  access.Begin(false, 0x8000, 4, 0, 1);
  EXPECT_EQ(ReadPart(access, kSecond, 4, 0x4433, made), 0x4433u);
  ASSERT_EQ(made.size(), 2u);
  EXPECT_EQ(made[0].physical, kFirst + 0xffe);
  EXPECT_EQ(made[0].size, 2u);
  EXPECT_EQ(made[1].physical, kSecond);
  EXPECT_EQ(made[1].size, 2u);
}

TEST(MemoryAccess, SecondAccessOfAnInstructionIsMadeToo) {
  MemoryAccess access;
  std::vector<Portion> made;
  access.Begin(false, 0x7010, 4, 0, 1);
  EXPECT_EQ(ReadPart(access, kFirst + 0x10, 4, 5, made), 5u);
  access.Begin(true, 0x7010, 4, 6, 1);
  EXPECT_TRUE(WritePart(access, kFirst + 0x10, 4, 6).is_new);
  access.Begin(false, 0x7010, 4, 0, 1);
  EXPECT_EQ(ReadPart(access, kFirst + 0x10, 4, 7, made), 7u);
  EXPECT_EQ(made.size(), 2u);
}

TEST(MemoryAccess, PartThatNothingToldOfStandsForItself) {
  MemoryAccess access;
  access.Begin(true, 0x7010, 4, 6, 1);
  const Portion other = access.Find(/*is_write=*/true, kFirst + 0x800, 2, 9, 1);
  EXPECT_TRUE(other.is_new);
  EXPECT_EQ(other.physical, kFirst + 0x800);
  EXPECT_EQ(other.size, 2u);
  EXPECT_EQ(other.value, 9u);
}

}  // namespace
}  // namespace cardcage
