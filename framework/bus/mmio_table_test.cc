// SPDX-License-Identifier: MIT
#include "framework/bus/mmio_table.h"

#include <random>

#include "framework/bus/port_table.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

// Mappings by hand, and the look-up that nobody can doubt: one after the other.
class Mappings {
 public:
  void Add(uint64_t base, uint64_t size) {
    owned_.push_back(std::make_unique<Mapping>());
    owned_.back()->range = {base, size};
    all_.push_back(owned_.back().get());
  }
  bool Fits(uint64_t base, uint64_t size) const {
    const AddressRange range{base, size};
    return !range.Wraps() && std::none_of(all_.begin(), all_.end(), [&](const Mapping* other) {
      return other->range.Overlaps(range);
    });
  }
  const Mapping* Find(uint64_t address) const {
    for (const Mapping* mapping : all_) {
      if (mapping->range.Contains(address)) return mapping;
    }
    return nullptr;
  }
  const std::vector<Mapping*>& all() const { return all_; }

 private:
  std::vector<std::unique_ptr<Mapping>> owned_;
  std::vector<Mapping*> all_;
};

TEST(MmioTable, EmptyTableFindsNothing) {
  const MmioTable table({});
  EXPECT_EQ(table.Find(0), nullptr);
  EXPECT_EQ(table.Find(~uint64_t{0}), nullptr);
}

TEST(MmioTable, FindsBothOwnersOfASharedPageAndTheGapBetweenThem) {
  Mappings mappings;
  mappings.Add(0x1000, 8);
  mappings.Add(0x1ff8, 16);  // reaches into the next page
  mappings.Add(0x2008, 8);
  const MmioTable table(mappings.all());
  for (uint64_t address = 0xff0; address < 0x2020; ++address) {
    EXPECT_EQ(table.Find(address), mappings.Find(address)) << address;
  }
}

TEST(MmioTable, FindsALargeMappingAndSmallOnesOnItsEdges) {
  Mappings mappings;
  mappings.Add(0xc0000000, 0x10000000);
  mappings.Add(0xd0000000, 4);
  mappings.Add(0xbffffffc, 4);
  const MmioTable table(mappings.all());
  for (const uint64_t address : {0xbffffffbu, 0xbffffffcu, 0xbfffffffu, 0xc0000000u, 0xc8000000u,
                                 0xcfffffffu, 0xd0000000u, 0xd0000003u, 0xd0000004u}) {
    EXPECT_EQ(table.Find(address), mappings.Find(address)) << address;
  }
}

TEST(MmioTable, FindsTheLastAddressOfTheSpace) {
  Mappings mappings;
  mappings.Add(~uint64_t{0} - 8, 8);
  const MmioTable table(mappings.all());
  EXPECT_EQ(table.Find(~uint64_t{0} - 1), mappings.all()[0]);
  EXPECT_EQ(table.Find(~uint64_t{0}), nullptr);
}

TEST(MmioTable, AgreesWithASearchOneByOneOnRandomMappings) {
  std::mt19937_64 random(2026);
  for (int round = 0; round < 200; ++round) {
    Mappings mappings;
    const uint64_t span = uint64_t{1} << (8 + random() % 30);
    for (int i = 0; i < 60; ++i) {
      const uint64_t base = random() % span;
      const uint64_t size = 1 + random() % (uint64_t{1} << (random() % 20));
      if (mappings.Fits(base, size)) mappings.Add(base, size);
    }
    const MmioTable table(mappings.all());
    for (int i = 0; i < 500; ++i) {
      const uint64_t address = random() % (span * 2);
      ASSERT_EQ(table.Find(address), mappings.Find(address)) << "round " << round;
    }
    for (const Mapping* mapping : mappings.all()) {
      ASSERT_EQ(table.Find(mapping->range.base), mapping);
      ASSERT_EQ(table.Find(mapping->range.end() - 1), mapping);
      ASSERT_EQ(table.Find(mapping->range.end()), mappings.Find(mapping->range.end()));
    }
  }
}

TEST(PortTable, AgreesWithASearchOneByOneOnEveryPort) {
  std::mt19937_64 random(8);
  Mappings mappings;
  mappings.Add(0, 1);
  mappings.Add(0xffff, 1);
  for (int i = 0; i < 300; ++i) {
    const uint64_t base = random() % 0x10000;
    const uint64_t size = 1 + random() % 64;
    if (base + size <= 0x10000 && mappings.Fits(base, size)) mappings.Add(base, size);
  }
  const PortTable table(mappings.all());
  for (uint64_t port = 0; port < 0x10010; ++port) {
    ASSERT_EQ(table.Find(port), mappings.Find(port)) << port;
  }
}

TEST(PortTable, TakesAMappingForEverySinglePort) {
  Mappings mappings;
  for (uint64_t port = 0; port < 0x10000; ++port) mappings.Add(port, 1);
  const PortTable table(mappings.all());
  for (uint64_t port = 0; port < 0x10000; ++port) {
    ASSERT_EQ(table.Find(port), mappings.all()[port]) << port;
  }
}

}  // namespace
}  // namespace cardcage
