// SPDX-License-Identifier: MIT
#include "framework/bus/address_space.h"

#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What a handler saw: "r1@0" is a read of one byte at offset 0, "w2@4=1234" a write.
struct Chip {
  std::vector<std::string> seen;
  uint8_t memory[64] = {};
  cardcage_status answer = CARDCAGE_OK;

  static cardcage_status Read(void* self, cardcage_access* access) {
    auto& chip = *static_cast<Chip*>(self);
    chip.seen.push_back(absl::StrCat("r", int{access->size}, "@", access->offset));
    for (unsigned i = 0; i < access->size; ++i) {
      access->value |= uint64_t{chip.memory[access->offset + i]} << (8 * i);
    }
    return chip.answer;
  }
  static cardcage_status Write(void* self, cardcage_access* access) {
    auto& chip = *static_cast<Chip*>(self);
    chip.seen.push_back(
        absl::StrCat("w", int{access->size}, "@", access->offset, "=", absl::Hex(access->value)));
    for (unsigned i = 0; i < access->size; ++i) {
      chip.memory[access->offset + i] = static_cast<uint8_t>(access->value >> (8 * i));
    }
    return chip.answer;
  }
};

class BusTest : public ::testing::Test {
 protected:
  template <class Space>
  absl::Status Map(Space& space, Chip& chip, uint64_t base, uint64_t size, unsigned sizes,
                   std::string owner = "chip", bool unaligned = false) {
    auto mapping = std::make_unique<Mapping>();
    mapping->range = {base, size};
    mapping->read = &Chip::Read;
    mapping->write = &Chip::Write;
    mapping->device = &chip;
    mapping->lock = &lock_;
    mapping->sizes = static_cast<uint8_t>(sizes);
    mapping->unaligned = unaligned;
    mapping->owner = std::move(owner);
    const absl::Status status = space.Add(std::move(mapping)).status();
    if (status.ok()) space.Publish();
    return status;
  }
  absl::Status Claim(uint64_t base, uint64_t size, std::string owner) {
    auto mapping = std::make_unique<Mapping>();
    mapping->range = {base, size};
    mapping->is_claim = true;
    mapping->owner = std::move(owner);
    const absl::Status status = bus_.mmio.Add(std::move(mapping)).status();
    bus_.mmio.Publish();
    return status;
  }

  Bus bus_;
  Accessor cpu_{3};
  SpinLock lock_;
  Chip chip_;
  Chip other_;
};

TEST_F(BusTest, UnclaimedReadsAllOnesOfItsSizeAndIsCounted) {
  EXPECT_EQ(bus_.ports.Read(cpu_, 0x80, 1), 0xffu);
  EXPECT_EQ(bus_.ports.Read(cpu_, 0x80, 2), 0xffffu);
  EXPECT_EQ(bus_.ports.Read(cpu_, 0x80, 4), 0xffffffffu);
  EXPECT_EQ(bus_.mmio.Read(cpu_, 0x80, 8), ~uint64_t{0});
  EXPECT_EQ(bus_.mmio.Read(cpu_, 0x80, 3), 0xffffffu);
  bus_.ports.Write(cpu_, 0x80, 1, 7);
  EXPECT_EQ(cpu_.unclaimed.value(), 6u);
}

TEST_F(BusTest, AccessReachesItsRegionWithOffsetSizeAndValue) {
  ASSERT_TRUE(Map(bus_.ports, chip_, 0x3f8, 8, 1).ok());
  bus_.ports.Write(cpu_, 0x3ff, 1, 0xab);
  EXPECT_EQ(bus_.ports.Read(cpu_, 0x3ff, 1), 0xabu);
  EXPECT_THAT(chip_.seen, ElementsAre("w1@7=ab", "r1@7"));
}

TEST_F(BusTest, WriteValueIsCutToItsSize) {
  ASSERT_TRUE(Map(bus_.ports, chip_, 0x10, 8, 1 | 2).ok());
  bus_.ports.Write(cpu_, 0x10, 2, 0xffff1234);
  EXPECT_THAT(chip_.seen, ElementsAre("w2@0=1234"));
}

TEST_F(BusTest, TooWideAnAccessIsSplitAtRisingAddresses) {
  ASSERT_TRUE(Map(bus_.ports, chip_, 0x3f8, 8, 1).ok());
  bus_.ports.Write(cpu_, 0x3f8, 4, 0x44332211);
  EXPECT_EQ(bus_.ports.Read(cpu_, 0x3f8, 2), 0x2211u);
  EXPECT_THAT(chip_.seen, ElementsAre("w1@0=11", "w1@1=22", "w1@2=33", "w1@3=44", "r1@0", "r1@1"));
}

TEST_F(BusTest, StraddlingAccessGoesToBothNeighbours) {
  ASSERT_TRUE(Map(bus_.ports, chip_, 0x3f8, 8, 1).ok());
  ASSERT_TRUE(Map(bus_.ports, other_, 0x400, 4, 1 | 2 | 4, "other").ok());
  bus_.ports.Write(cpu_, 0x3ff, 2, 0xbbaa);
  EXPECT_THAT(chip_.seen, ElementsAre("w1@7=aa"));
  EXPECT_THAT(other_.seen, ElementsAre("w1@0=bb"));
  EXPECT_EQ(bus_.ports.Read(cpu_, 0x3ff, 4), 0xbbaau);
  EXPECT_EQ(cpu_.split.value(), 3u);
}

TEST_F(BusTest, StraddlingIntoNothingReadsOnesThere) {
  ASSERT_TRUE(Map(bus_.ports, chip_, 0x3f8, 8, 1).ok());
  chip_.memory[7] = 0x12;
  EXPECT_EQ(bus_.ports.Read(cpu_, 0x3ff, 2), 0xff12u);
  EXPECT_EQ(cpu_.unclaimed.value(), 1u);
}

TEST_F(BusTest, AccessBeyondTheLastPortReadsOnesThere) {
  ASSERT_TRUE(Map(bus_.ports, chip_, 0xffff, 1, 1).ok());
  chip_.memory[0] = 0x5a;
  EXPECT_EQ(bus_.ports.Read(cpu_, 0xffff, 2), 0xff5au);
}

TEST_F(BusTest, UnalignedAccessIsSplitIntoAlignedParts) {
  ASSERT_TRUE(Map(bus_.mmio, chip_, 0x1000, 16, 1 | 2 | 4).ok());
  bus_.mmio.Write(cpu_, 0x1001, 4, 0x44332211);
  EXPECT_THAT(chip_.seen, ElementsAre("w1@1=11", "w2@2=3322", "w1@4=44"));
}

TEST_F(BusTest, RegionThatTakesUnalignedAccessesGetsThemWhole) {
  ASSERT_TRUE(Map(bus_.mmio, chip_, 0x1000, 16, 1 | 2 | 4, "chip", true).ok());
  bus_.mmio.Write(cpu_, 0x1001, 4, 0x44332211);
  EXPECT_THAT(chip_.seen, ElementsAre("w4@1=44332211"));
}

TEST_F(BusTest, OddLengthsAreSplit) {
  ASSERT_TRUE(Map(bus_.mmio, chip_, 0x1000, 16, 1 | 2 | 4).ok());
  bus_.mmio.Write(cpu_, 0x1000, 7, 0x77665544332211);
  EXPECT_THAT(chip_.seen, ElementsAre("w4@0=44332211", "w2@4=6655", "w1@6=77"));
}

TEST_F(BusTest, NarrowReadIsCutOutOfAWideRegister) {
  ASSERT_TRUE(Map(bus_.mmio, chip_, 0x1000, 8, 4).ok());
  for (uint8_t i = 0; i < 8; ++i) chip_.memory[i] = static_cast<uint8_t>(0x10 + i);
  EXPECT_EQ(bus_.mmio.Read(cpu_, 0x1005, 1), 0x15u);
  EXPECT_EQ(bus_.mmio.Read(cpu_, 0x1006, 2), 0x1716u);
  EXPECT_EQ(bus_.mmio.Read(cpu_, 0x1003, 2), 0x1413u);
  EXPECT_THAT(chip_.seen, ElementsAre("r4@4", "r4@4", "r4@0", "r4@4"));
}

TEST_F(BusTest, NarrowWriteIsUnclaimed) {
  ASSERT_TRUE(Map(bus_.mmio, chip_, 0x1000, 8, 4).ok());
  bus_.mmio.Write(cpu_, 0x1000, 2, 0x1234);
  EXPECT_THAT(chip_.seen, IsEmpty());
  EXPECT_EQ(cpu_.unclaimed.value(), 2u);
}

TEST_F(BusTest, RegionTooSmallForItsOwnAccessSizeIsUnclaimed) {
  ASSERT_TRUE(Map(bus_.mmio, chip_, 0x1000, 2, 4).ok());
  EXPECT_EQ(bus_.mmio.Read(cpu_, 0x1000, 4), 0xffffffffu);
  EXPECT_THAT(chip_.seen, IsEmpty());
}

TEST_F(BusTest, DeviceThatDoesNotAnswerReadsAllOnes) {
  ASSERT_TRUE(Map(bus_.ports, chip_, 0x10, 8, 1).ok());
  chip_.answer = CARDCAGE_UNCLAIMED;
  EXPECT_EQ(bus_.ports.Read(cpu_, 0x10, 1), 0xffu);
  chip_.answer = CARDCAGE_FAILED;
  EXPECT_EQ(bus_.ports.Read(cpu_, 0x10, 1), 0xffu);
  EXPECT_EQ(cpu_.unclaimed.value(), 1u);
  EXPECT_EQ(cpu_.failed.value(), 1u);
}

TEST_F(BusTest, AnswerThatComesLaterIsWhatIsReadInAnyPart) {
  ASSERT_TRUE(Map(bus_.ports, chip_, 0x10, 8, 1).ok());
  chip_.answer = CARDCAGE_PENDING;
  unsigned waits = 0;
  cpu_.wait = [&] {
    EXPECT_FALSE(cpu_.answer.WaitFor({}));
    ++waits;
    const cardcage_status status = waits == 3 ? CARDCAGE_UNCLAIMED : CARDCAGE_OK;
    EXPECT_TRUE(cpu_.answer.Give(&lock_, status, 0x70 + waits));
    EXPECT_TRUE(cpu_.answer.WaitFor({}));
  };
  EXPECT_EQ(bus_.ports.Read(cpu_, 0x10, 4), 0x74ff7271u);
  EXPECT_EQ(cpu_.unclaimed.value(), 1u);
  bus_.ports.Write(cpu_, 0x10, 1, 0);
  EXPECT_EQ(waits, 5u);
  EXPECT_FALSE(cpu_.answer.Give(&lock_, CARDCAGE_OK, 0)) << "nothing is awaited any more";
}

TEST_F(BusTest, WithoutTurnsNothingCanBePending) {
  ASSERT_TRUE(Map(bus_.ports, chip_, 0x10, 8, 1).ok());
  const_cast<Mapping&>(*bus_.ports.mappings().front()).lock = nullptr;
  chip_.answer = CARDCAGE_PENDING;
  EXPECT_EQ(bus_.ports.Read(cpu_, 0x10, 1), 0xffu);
  EXPECT_EQ(cpu_.failed.value(), 1u);
}

TEST_F(BusTest, PeekHasNoCountAndNoReport) {
  ASSERT_TRUE(Map(bus_.ports, chip_, 0x10, 8, 1).ok());
  chip_.memory[2] = 0x5a;
  EXPECT_EQ(bus_.ports.Peek(0x12, 1), 0x5au);
  EXPECT_EQ(bus_.ports.Peek(0x12, 2), std::nullopt) << "it takes single bytes";
  EXPECT_EQ(bus_.ports.Peek(0x20, 1), std::nullopt);
  chip_.answer = CARDCAGE_UNCLAIMED;
  EXPECT_EQ(bus_.ports.Peek(0x12, 1), std::nullopt);
  EXPECT_EQ(bus_.ports.mappings().front()->counters.reads.value(), 0u);
  EXPECT_EQ(cpu_.unclaimed.value(), 0u);
}

// A batch handler that takes three at most, and nothing once it is tired.
struct Batches {
  static inline std::vector<std::string> seen;
  static inline bool is_tired = false;
  static uint32_t Take(void*, const cardcage_access* access, void* data, uint32_t count) {
    if (is_tired) return 0;
    const uint32_t done = std::min(count, 3u);
    seen.push_back(absl::StrCat("batch of ", count, "@", access->offset));
    if ((access->flags & CARDCAGE_ACCESS_WRITE) == 0) {
      for (uint32_t i = 0; i < done; ++i) static_cast<uint16_t*>(data)[i] = 0x100 + i;
    }
    return done;
  }
};

TEST_F(BusTest, StringIsGivenInBatchesAsTheDeviceTakesThem) {
  Batches::seen.clear();
  Batches::is_tired = false;
  ASSERT_TRUE(Map(bus_.ports, chip_, 0x10, 8, 2).ok());
  auto& mapping = const_cast<Mapping&>(*bus_.ports.mappings().front());
  mapping.read_batch = mapping.write_batch = &Batches::Take;
  chip_.memory[2] = 0x77;
  uint16_t data[4] = {};
  bus_.ports.ReadMany(cpu_, 0x12, 2, reinterpret_cast<uint8_t*>(data), 4);
  EXPECT_THAT(data, ElementsAre(0x100, 0x101, 0x102, 0x77));
  EXPECT_THAT(Batches::seen, ElementsAre("batch of 4@2"));
  EXPECT_THAT(chip_.seen, ElementsAre("r2@2"));
  EXPECT_EQ(mapping.counters.reads.value(), 4u);
  Batches::is_tired = true;
  bus_.ports.WriteMany(cpu_, 0x12, 2, reinterpret_cast<uint8_t*>(data), 2);
  EXPECT_THAT(chip_.seen, ElementsAre("r2@2", "w2@2=100", "w2@2=101"));
}

TEST_F(BusTest, StringOnAPortThatTakesNoBatchesOrOtherSizesComesOneByOne) {
  ASSERT_TRUE(Map(bus_.ports, chip_, 0x10, 8, 1).ok());
  const_cast<Mapping&>(*bus_.ports.mappings().front()).write_batch = &Batches::Take;
  Batches::seen.clear();
  uint16_t data[2] = {0x201, 0x403};
  bus_.ports.WriteMany(cpu_, 0x10, 2, reinterpret_cast<uint8_t*>(data), 2);
  EXPECT_THAT(chip_.seen, ElementsAre("w1@0=1", "w1@1=2", "w1@0=3", "w1@1=4"));
  EXPECT_THAT(Batches::seen, IsEmpty());
}

TEST_F(BusTest, EveryOffsetSizeAndDirectionAroundARegionIsSafe) {
  for (const unsigned sizes : {1u, 2u, 4u, 8u, 3u, 5u, 15u, 12u}) {
    for (const bool unaligned : {false, true}) {
      Bus bus;
      Chip chip;
      ASSERT_TRUE(Map(bus.mmio, chip, 0x1000, 13, sizes, "chip", unaligned).ok());
      for (uint64_t address = 0xff0; address < 0x1020; ++address) {
        for (unsigned size = 1; size <= 8; ++size) {
          chip.seen.clear();
          bus.mmio.Write(cpu_, address, size, 0x8877665544332211);
          bus.mmio.Read(cpu_, address, size);
          EXPECT_LE(chip.seen.size(), 16u);
        }
      }
    }
  }
}

TEST_F(BusTest, OverlapIsRefusedWithBothNames) {
  ASSERT_TRUE(Map(bus_.ports, chip_, 0x3f8, 8, 1, "com1").ok());
  const absl::Status status = Map(bus_.ports, other_, 0x3fc, 8, 1, "com2");
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("com1 (port 0x3f8-0x3ff)"), HasSubstr("com2 (port 0x3fc-0x403)")));
}

TEST_F(BusTest, ARangeAroundAnotherIsAnOverlapToo) {
  ASSERT_TRUE(Map(bus_.ports, chip_, 0x3f8, 8, 1).ok());
  EXPECT_FALSE(Map(bus_.ports, other_, 0x300, 0x200, 1).ok());
  EXPECT_FALSE(Map(bus_.ports, other_, 0x3fa, 1, 1).ok());
  EXPECT_TRUE(Map(bus_.ports, other_, 0x3f0, 8, 1).ok());
}

TEST_F(BusTest, RangesThatWrapOrHaveNoSizeAreRefused) {
  EXPECT_FALSE(Map(bus_.mmio, chip_, ~uint64_t{0} - 3, 16, 1).ok());
  EXPECT_FALSE(Map(bus_.ports, chip_, 0xfffc, 8, 1).ok());
  EXPECT_FALSE(Map(bus_.ports, chip_, 0x10, 0, 1).ok());
}

TEST_F(BusTest, ClaimSwallowsAccessesWithoutAReport) {
  std::vector<std::string> lines;
  bus_.mmio.set_reporter([&](std::string_view line) { lines.emplace_back(line); });
  ASSERT_TRUE(Claim(0x1000, 0x1000, "memory slot rom").ok());
  bus_.mmio.Write(cpu_, 0x1800, 4, 1);
  EXPECT_EQ(cpu_.dropped.value(), 1u);
  EXPECT_EQ(cpu_.unclaimed.value(), 0u);
  EXPECT_THAT(lines, IsEmpty());
}

TEST_F(BusTest, UnclaimedAddressesAreReportedOnceEachAndNotForEver) {
  std::vector<std::string> lines;
  bus_.ports.set_reporter([&](std::string_view line) { lines.emplace_back(line); });
  bus_.ports.Read(cpu_, 0x80, 1);
  bus_.ports.Read(cpu_, 0x80, 1);
  bus_.ports.Write(cpu_, 0x80, 1, 1);
  EXPECT_THAT(lines,
              ElementsAre("cpu 3: 1-byte read of port 0x80: nobody is there, it reads all ones"));
  for (uint64_t port = 0x100; port < 0x200; ++port) bus_.ports.Read(cpu_, port, 1);
  EXPECT_THAT(lines, SizeIs(AddressSpace::kReportLimit));
  EXPECT_THAT(lines.back(), HasSubstr("the last of 64 such lines"));
}

TEST_F(BusTest, AccessesAreCountedByMapping) {
  ASSERT_TRUE(Map(bus_.ports, chip_, 0x10, 8, 1).ok());
  bus_.ports.Read(cpu_, 0x10, 1);
  bus_.ports.Read(cpu_, 0x11, 1);
  bus_.ports.Write(cpu_, 0x11, 1, 1);
  EXPECT_EQ(bus_.ports.mappings()[0]->counters.reads.value(), 2u);
  EXPECT_EQ(bus_.ports.mappings()[0]->counters.writes.value(), 1u);
}

TEST_F(BusTest, RoutesArePublishedWhileThreadsRunThroughThem) {
  struct Adder {
    static cardcage_status Write(void* self, cardcage_access* access) {
      *static_cast<uint64_t*>(self) += access->value;
      return CARDCAGE_OK;
    }
  };
  uint64_t sum = 0;  // not atomic: the device's lock is what keeps it right
  auto adder = std::make_unique<Mapping>();
  adder->range = {0x500, 1};
  adder->write = &Adder::Write;
  adder->device = &sum;
  adder->lock = &lock_;
  adder->sizes = 1;
  ASSERT_TRUE(bus_.ports.Add(std::move(adder)).ok());
  bus_.ports.Publish();
  constexpr int kWrites = 20000;
  std::vector<std::thread> threads;
  for (uint32_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      Accessor by(t);
      for (int i = 0; i < kWrites; ++i) bus_.ports.Write(by, 0x500, 1, 1);
    });
  }
  for (uint64_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(Map(bus_.ports, chip_, 0x1000 + 8 * i, 8, 1).ok());
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, 4u * kWrites);
}

}  // namespace
}  // namespace cardcage
