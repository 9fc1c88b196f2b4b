// SPDX-License-Identifier: MIT
#include "framework/engine/soft/x86_64/paging.h"

#include "framework/engine/soft/x86_64/fake_memory.h"
#include "gtest/gtest.h"

namespace cardcage::x86_64 {
namespace {

constexpr uint64_t kPresent = 1, kWritable = 2, kUser = 4, kAccessed = 0x20, kDirty = 0x40,
                   kLarge = 0x80;
constexpr uint64_t kNoExecute = uint64_t{1} << 63;
constexpr uint32_t kFaultPresent = 1, kFaultWrite = 2, kFaultUser = 4, kFaultReserved = 8,
                   kFaultFetch = 16;

CpuRegisters Paged(uint64_t cr3, uint64_t cr4, uint64_t efer, bool write_protect = true) {
  CpuRegisters registers;
  registers.cr0 = 0x80000011 | (write_protect ? 0x10000 : 0);
  registers.cr3 = cr3;
  registers.cr4 = cr4;
  registers.efer = efer;
  return registers;
}
CpuRegisters Long(uint64_t efer = 0) { return Paged(0x1000, 0x20, 0x500 | efer); }

// 4-level tables that map one page: linear 0x8040201000 is entry 1 of each.
constexpr uint64_t kLinear = 0x8040201000;
void MapOne(FakeMemory& memory, uint64_t leaf, uint64_t rights = kPresent | kWritable | kUser) {
  memory.Write(0x1008, 8, 0x2000 | rights);
  memory.Write(0x2008, 8, 0x3000 | rights);
  memory.Write(0x3008, 8, 0x4000 | rights);
  memory.Write(0x4008, 8, leaf);
}

TEST(Paging, WithoutItAnAddressStandsForItself) {
  FakeMemory memory;
  EXPECT_EQ(Translate({}, memory, 0x12345678, {}).physical, 0x12345678u);
  EXPECT_EQ(Translate({}, memory, 0x112345678, {}).physical, 0x12345678u);  // 32 bits
}

TEST(Paging, FourLevelsLeadToAPage) {
  FakeMemory memory;
  MapOne(memory, 0x5000 | kPresent);
  const Translation found = Translate(Long(), memory, kLinear + 0x123, {});
  EXPECT_TRUE(found.ok);
  EXPECT_EQ(found.physical, 0x5123u);
}

TEST(Paging, LargePagesEndTheWalk) {
  FakeMemory memory;
  memory.Write(0x1000, 8, 0x2000 | kPresent);
  memory.Write(0x2000, 8, 0x3000 | kPresent);
  memory.Write(0x2008, 8, 0xc0000000 | kPresent | kLarge);  // 1 GiB
  memory.Write(0x3008, 8, 0x600000 | kPresent | kLarge);    // 2 MiB
  EXPECT_EQ(Translate(Long(), memory, 0x2abcde, {}).physical, 0x6abcdeu);
  EXPECT_EQ(Translate(Long(), memory, 0x4abcdef0, {}).physical, 0xcabcdef0u);
}

TEST(Paging, ThirtyTwoBitTablesHaveTwoLevels) {
  FakeMemory memory;
  memory.Write(0x1000 + 4, 4, 0x2000 | kPresent);
  memory.Write(0x2000 + 8, 4, 0x7000 | kPresent);
  const CpuRegisters registers = Paged(0x1000, 0, 0);
  EXPECT_EQ(Translate(registers, memory, 0x402010, {}).physical, 0x7010u);
  EXPECT_FALSE(Translate(registers, memory, 0x403010, {}).ok);
}

TEST(Paging, LargePagesOfThirtyTwoBitTablesNeedPse) {
  FakeMemory memory;
  memory.Write(0x1000 + 8, 4, 0xc00000 | 5u << 13 | kPresent | kLarge);  // PSE-36: bits 39 to 32
  EXPECT_EQ(Translate(Paged(0x1000, 0x10, 0), memory, 0x812345, {}).physical, 0x500c12345u);
  EXPECT_NE(Translate(Paged(0x1000, 0, 0), memory, 0x812345, {}).physical, 0x500c12345u);
}

TEST(Paging, PaePointersHaveNoRights) {
  FakeMemory memory;
  memory.Write(0x1020 + 8, 8, 0x2000 | kPresent);
  memory.Write(0x2008, 8, 0x3000 | kPresent | kWritable | kUser);
  memory.Write(0x3000, 8, 0x9000 | kPresent | kWritable | kUser);
  const CpuRegisters registers = Paged(0x1020, 0x20, 0);
  const Translation found = Translate(registers, memory, 0x40200000, {.write = true, .user = true});
  EXPECT_TRUE(found.ok);
  EXPECT_EQ(found.physical, 0x9000u);
}

TEST(Paging, RightsAreThoseOfAllLevels) {
  FakeMemory memory;
  MapOne(memory, 0x5000 | kPresent | kWritable | kUser, kPresent | kWritable);
  EXPECT_EQ(Translate(Long(), memory, kLinear, {.user = true}).error_code,
            kFaultPresent | kFaultUser);
  MapOne(memory, 0x5000 | kPresent | kWritable | kUser, kPresent | kUser);
  EXPECT_EQ(Translate(Long(), memory, kLinear, {.write = true, .user = true}).error_code,
            kFaultPresent | kFaultWrite | kFaultUser);
}

TEST(Paging, SupervisorWritesReadOnlyPagesUnlessWriteProtectIsOn) {
  FakeMemory memory;
  MapOne(memory, 0x5000 | kPresent);
  EXPECT_EQ(Translate(Long(), memory, kLinear, {.write = true}).error_code,
            kFaultPresent | kFaultWrite);
  CpuRegisters registers = Long();
  registers.cr0 &= ~uint64_t{0x10000};
  EXPECT_TRUE(Translate(registers, memory, kLinear, {.write = true}).ok);
}

TEST(Paging, NoExecuteStopsFetchesAlone) {
  constexpr uint64_t kNxe = 0x800;
  FakeMemory memory;
  MapOne(memory, 0x5000 | kPresent | kNoExecute);
  EXPECT_TRUE(Translate(Long(kNxe), memory, kLinear, {}).ok);
  EXPECT_EQ(Translate(Long(kNxe), memory, kLinear, {.fetch = true}).error_code,
            kFaultPresent | kFaultFetch);
  // Without EFER.NXE the bit is reserved.
  EXPECT_EQ(Translate(Long(), memory, kLinear, {}).error_code, kFaultPresent | kFaultReserved);
}

TEST(Paging, OnlyAnAccessThatMarksSetsAccessedAndDirty) {
  FakeMemory memory;
  MapOne(memory, 0x5000 | kPresent | kWritable);
  Translate(Long(), memory, kLinear, {.write = true});
  EXPECT_EQ(memory.Read(0x4008, 8), 0x5000 | kPresent | kWritable);
  Translate(Long(), memory, kLinear, {.mark = true});
  EXPECT_EQ(memory.Read(0x4008, 8), 0x5000 | kPresent | kWritable | kAccessed);
  EXPECT_NE(memory.Read(0x1008, 8) & kAccessed, 0u);
  Translate(Long(), memory, kLinear, {.write = true, .mark = true});
  EXPECT_EQ(memory.Read(0x4008, 8), 0x5000 | kPresent | kWritable | kAccessed | kDirty);
  EXPECT_EQ(memory.Read(0x3008, 8) & kDirty, 0u);
}

TEST(Paging, TablesWithoutMemoryReadAllOnesAndEndTheWalk) {
  FakeMemory memory;
  const Translation found = Translate(Paged(0xfffff000, 0x20, 0x500), memory, 0, {});
  EXPECT_FALSE(found.ok);
  EXPECT_EQ(found.error_code, kFaultPresent | kFaultReserved);
}

TEST(Paging, CanonicalAddressesAreAllOnesOrZerosAbove) {
  EXPECT_TRUE(IsCanonical(0));
  EXPECT_TRUE(IsCanonical(0x00007fffffffffff));
  EXPECT_FALSE(IsCanonical(0x0000800000000000));
  EXPECT_FALSE(IsCanonical(0xffff7fffffffffff));
  EXPECT_TRUE(IsCanonical(0xffff800000000000));
}

}  // namespace
}  // namespace cardcage::x86_64
