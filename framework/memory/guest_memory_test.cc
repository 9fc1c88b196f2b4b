// SPDX-License-Identifier: MIT
#include "framework/memory/guest_memory.h"

#include <sys/resource.h>

#include <csignal>
#include <cstring>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = MemorySlot::Kind;

class GuestMemoryTest : public ::testing::Test {
 protected:
  absl::Status Add(std::string name, uint64_t base, uint64_t size, Kind kind = Kind::kRam) {
    auto slot = MemorySlot::Create(std::move(name), {base, size}, kind);
    if (!slot.ok()) return slot.status();
    return memory_.Add(*std::move(slot));
  }
  absl::Status Write(uint64_t address, std::string_view text) {
    return memory_.Write(address, std::as_bytes(std::span(text)));
  }
  std::string Read(uint64_t address, size_t size) {
    std::string text(size, '?');
    const absl::Status status = memory_.Read(address, std::as_writable_bytes(std::span(text)));
    return status.ok() ? text : std::string(status.message());
  }
  GuestMemory memory_;
};

TEST_F(GuestMemoryTest, StartsAsZeros) {
  ASSERT_TRUE(Add("ram", 0x1000, 0x1000).ok());
  EXPECT_EQ(Read(0x1ffe, 2), std::string(2, '\0'));
}

TEST_F(GuestMemoryTest, ReadsWhatWasWrittenOverNeighbouringSlots) {
  ASSERT_TRUE(Add("low", 0x1000, 0x1000).ok());
  ASSERT_TRUE(Add("high", 0x2000, 0x1000).ok());
  ASSERT_TRUE(Write(0x1ffd, "abcdef").ok());
  EXPECT_EQ(Read(0x1ffd, 6), "abcdef");
  EXPECT_EQ(Read(0x2000, 3), "def");
}

TEST_F(GuestMemoryTest, KnowsWhichPagesSomebodyHasTouched) {
  ASSERT_TRUE(Add("ram", 0x10000, 0x100000).ok());
  ASSERT_TRUE(Add("none", 0x200000, 0x1000, Kind::kReserved).ok());
  EXPECT_THAT(memory_.slots()[0]->TouchedPages(), IsEmpty());
  ASSERT_TRUE(Write(0x10ffe, "abc").ok());
  ASSERT_TRUE(Write(0x10ffff, "z").ok());
  EXPECT_THAT(memory_.slots()[0]->TouchedPages(), ElementsAre(0, 1, 0xff));
  EXPECT_THAT(memory_.slots()[1]->TouchedPages(), IsEmpty());
}

TEST_F(GuestMemoryTest, TellsEachPageThatWasWrittenOnce) {
  ASSERT_TRUE(Add("ram", 0x10000, 0x100000).ok());
  MemorySlot& slot = *memory_.slots()[0];
  slot.TrackWrites();
  EXPECT_THAT(slot.TakeWritten(), IsEmpty());
  ASSERT_TRUE(Write(0x10ffe, "abc").ok());
  slot.NoteWritten(0x55000, 0x1000);
  slot.NoteWritten(0x7000, 0);
  EXPECT_THAT(slot.TakeWritten(), ElementsAre(0, 1, 0x55));
  EXPECT_THAT(slot.TakeWritten(), IsEmpty());
}

TEST_F(GuestMemoryTest, SlotStaysAsLongAsSomebodySharesIt) {
  auto memory = std::make_unique<GuestMemory>();
  ASSERT_TRUE(memory->Add(*MemorySlot::Create("ram", {0x1000, 0x1000}, Kind::kRam)).ok());
  const std::shared_ptr<MemorySlot> slot = memory->Share(0x1fff);
  EXPECT_EQ(memory->Share(0x2000), nullptr);
  memory.reset();
  EXPECT_EQ(slot->bytes()[0xfff], std::byte{0});
}

TEST_F(GuestMemoryTest, WriteThatDoesNotFitCopiesNothingAndSaysWhere) {
  ASSERT_TRUE(Add("ram", 0x1000, 0x1000).ok());
  const absl::Status status = Write(0x1ffe, "abc");
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(status.message(),
            "no memory at 0x2000, where slot ram ends; there is ram at 0x1000-0x1fff");
  EXPECT_EQ(Read(0x1ffe, 2), std::string(2, '\0'));
}

TEST_F(GuestMemoryTest, AccessThatWrapsAroundTheAddressSpaceIsRefused) {
  ASSERT_TRUE(Add("ram", 0, 0x1000).ok());
  EXPECT_FALSE(Write(~uint64_t{0}, "ab").ok());
}

TEST_F(GuestMemoryTest, EmptyAccessIsAlwaysFine) { EXPECT_TRUE(Write(0x123, "").ok()); }

TEST_F(GuestMemoryTest, RomIsWrittenByTheHost) {
  ASSERT_TRUE(Add("rom", 0xf0000, 0x10000, Kind::kRom).ok());
  EXPECT_TRUE(Write(0xf0000, "bios").ok());
  EXPECT_EQ(Read(0xf0000, 4), "bios");
}

TEST_F(GuestMemoryTest, ReservedSlotHasNoMemory) {
  ASSERT_TRUE(Add("hole", 0xa0000, 0x20000, Kind::kReserved).ok());
  EXPECT_FALSE(Write(0xa0000, "x").ok());
  EXPECT_EQ(memory_.Find(0xa0000)->name(), "hole");
}

TEST_F(GuestMemoryTest, OverlapIsRefusedWithBothNames) {
  ASSERT_TRUE(Add("low", 0x1000, 0x3000).ok());
  const absl::Status status = Add("high", 0x3000, 0x1000);
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(status.message(),
            "memory slot high (0x3000-0x3fff) overlaps memory slot low (0x1000-0x3fff)");
  EXPECT_FALSE(Add("around", 0, 0x10000).ok());
  EXPECT_TRUE(Add("below", 0, 0x1000).ok());
}

TEST_F(GuestMemoryTest, SlotsOfPartPagesOrWithoutSizeAreRefused) {
  for (const AddressRange range : {AddressRange{0, 3}, AddressRange{3, 0x1000}, AddressRange{0, 0},
                                   AddressRange{0x1800, 0x1000}}) {
    const auto slot = MemorySlot::Create("ram", range, Kind::kRam);
    EXPECT_EQ(slot.status().code(), absl::StatusCode::kInvalidArgument) << range.size;
    EXPECT_THAT(std::string(slot.status().message()), HasSubstr("4096"));
  }
}

TEST_F(GuestMemoryTest, SlotsThatReachTheEndOfTheAddressSpaceAreRefused) {
  EXPECT_FALSE(Add("wraps", 0xfffffffffffff000, 0x2000, Kind::kReserved).ok());
  EXPECT_FALSE(Add("ends at 2^64", 0xfffffffffffff000, 0x1000, Kind::kReserved).ok());
}

TEST_F(GuestMemoryTest, HugeSlotsAreRefusedByTheHostWithACure) {
  const absl::Status status = Add("huge", 0, uint64_t{1} << 62);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("huge"), HasSubstr("smaller")));
  EXPECT_FALSE(Add("wider than a file", 0, uint64_t{1} << 63).ok());
}

TEST_F(GuestMemoryTest, LimitOnFileSizeIsNamed) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 0x1000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status status = Add("ram", 0, 0x2000);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("ulimit -f"));
}

TEST_F(GuestMemoryTest, ExtentCountsNeighboursAndStopsAtTheGap) {
  ASSERT_TRUE(Add("a", 0x1000, 0x1000).ok());
  ASSERT_TRUE(Add("b", 0x2000, 0x1000).ok());
  EXPECT_EQ(memory_.Extent(0x1800, 0x10000), 0x1800u);
  EXPECT_EQ(memory_.Extent(0x1800, 0x10), 0x10u);
  EXPECT_EQ(memory_.Extent(0x3000, 0x10), 0u);
}

}  // namespace
}  // namespace cardcage
