// SPDX-License-Identifier: MIT
#include "framework/engine/long_mode.h"

#include <optional>

#include "gtest/gtest.h"

namespace cardcage {
namespace {

class IdentityMapTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kTables = 0x3000;
  static constexpr uint64_t kAddressBits = 0x000ffffffffff000;
  static constexpr uint64_t kPresentWritable = 3;

  void AddMemory(uint64_t base, uint64_t size) {
    auto slot = MemorySlot::Create("ram", {base, size}, MemorySlot::Kind::kRam);
    ASSERT_TRUE(slot.ok()) << slot.status();
    ASSERT_TRUE(memory_.Add(*std::move(slot)).ok());
  }
  uint64_t Entry(uint64_t table, uint64_t index) {
    uint64_t entry = 0;
    EXPECT_TRUE(memory_.Read(table + 8 * index, std::as_writable_bytes(std::span(&entry, 1))).ok());
    return entry;
  }
  // Where the CPU finds a virtual address: Intel SDM vol. 3, 4.5.4. Nothing where it is not mapped.
  std::optional<uint64_t> Walk(uint64_t address) {
    uint64_t table = kTables;
    for (const unsigned shift : {39, 30, 21}) {
      const uint64_t entry = Entry(table, address >> shift & 0x1ff);
      if ((entry & kPresentWritable) != kPresentWritable) return std::nullopt;
      const bool is_page = (entry & 0x80) != 0;
      EXPECT_EQ(is_page, shift == 21);
      table = entry & kAddressBits;
    }
    return table + (address & 0x1fffff);
  }
  GuestMemory memory_;
};

TEST_F(IdentityMapTest, MapsTheFirst4GiBToThemselves) {
  AddMemory(kTables, kIdentityMapSize);
  ASSERT_TRUE(BuildIdentityMap(memory_, kTables).ok());
  for (const uint64_t address :
       {uint64_t{0}, uint64_t{0x1fffff}, uint64_t{0x200000}, uint64_t{0x3fffffff},
        uint64_t{0x40000000}, uint64_t{0xbfe12345}, uint64_t{0xfee00000}, uint64_t{0xffffffff}}) {
    EXPECT_EQ(Walk(address), address) << std::hex << address;
  }
}

TEST_F(IdentityMapTest, MapsNothingElse) {
  AddMemory(kTables, kIdentityMapSize);
  ASSERT_TRUE(BuildIdentityMap(memory_, kTables).ok());
  for (const uint64_t address : {uint64_t{1} << 32, uint64_t{1} << 39, uint64_t{1} << 47}) {
    EXPECT_EQ(Walk(address), std::nullopt) << std::hex << address;
  }
}

TEST_F(IdentityMapTest, TakesNoMoreThanItsSize) {
  AddMemory(0, kTables + kIdentityMapSize + 0x1000);
  ASSERT_TRUE(BuildIdentityMap(memory_, kTables).ok());
  EXPECT_EQ(Entry(kTables - 8, 0), 0u);
  EXPECT_EQ(Entry(kTables + kIdentityMapSize, 0), 0u);
}

TEST_F(IdentityMapTest, FailsWhereMemoryEndsBeforeTheTables) {
  AddMemory(kTables, kIdentityMapSize - 0x1000);
  EXPECT_EQ(BuildIdentityMap(memory_, kTables).code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Entry(kTables, 0), 0u);  // nothing was written
}

}  // namespace
}  // namespace cardcage
