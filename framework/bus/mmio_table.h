// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BUS_MMIO_TABLE_H_
#define CARDCAGE_FRAMEWORK_BUS_MMIO_TABLE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "framework/bus/mapping.h"

namespace cardcage {

// Which mapping a memory address belongs to. Immutable; any thread.
//
// A page that one small mapping has to itself is found in an open-addressed table keyed by page
// frame, in one probe as a rule. Everything else (large mappings, pages with several owners) is
// found by a binary search without branches over all mappings, sorted by base.
class MmioTable {
 public:
  // `mappings` do not overlap, do not wrap, and live as long as the table.
  explicit MmioTable(std::span<Mapping* const> mappings);

  // The mapping that contains the address, or null.
  Mapping* Find(uint64_t address) const {
    const uint64_t frame = address >> kPageBits;
    for (uint64_t slot = Hash(frame);; ++slot) {
      const Slot& probe = slots_[slot & mask_];
      if (probe.mapping == nullptr) return Search(address);
      if (probe.frame == frame) {
        return probe.mapping->range.Contains(address) ? probe.mapping : nullptr;
      }
    }
  }

 private:
  static constexpr unsigned kPageBits = 12;
  // A mapping over more pages than this is left to the search, so that the table stays small.
  static constexpr uint64_t kMaxPages = 16;

  struct Slot {
    uint64_t frame = 0;
    Mapping* mapping = nullptr;
  };

  // Fibonacci hashing: the frames of neighbouring devices spread over the table.
  uint64_t Hash(uint64_t frame) const { return (frame * 0x9e3779b97f4a7c15u) >> hash_shift_; }
  Mapping* Search(uint64_t address) const;

  std::vector<Slot> slots_;  // a power of two, at most half full
  uint64_t mask_ = 0;
  unsigned hash_shift_ = 63;
  std::vector<uint64_t> bases_;  // of sorted_, close together for the search
  std::vector<Mapping*> sorted_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BUS_MMIO_TABLE_H_
