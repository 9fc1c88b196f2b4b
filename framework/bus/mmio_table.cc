// SPDX-License-Identifier: MIT
#include "framework/bus/mmio_table.h"

#include <algorithm>
#include <bit>

namespace cardcage {

MmioTable::MmioTable(std::span<Mapping* const> mappings)
    : sorted_(mappings.begin(), mappings.end()) {
  std::sort(sorted_.begin(), sorted_.end(),
            [](const Mapping* a, const Mapping* b) { return a->range.base < b->range.base; });
  bases_.reserve(sorted_.size());
  for (const Mapping* mapping : sorted_) bases_.push_back(mapping->range.base);

  // The pages that one small mapping has to itself. Sorted, so a shared page's owners are
  // neighbours here.
  std::vector<Slot> pages;
  uint64_t last_frame_seen = 0;
  bool any_seen = false;
  for (Mapping* mapping : sorted_) {
    const uint64_t first = mapping->range.base >> kPageBits;
    const uint64_t last = (mapping->range.base + (mapping->range.size - 1)) >> kPageBits;
    const bool shares_first = any_seen && first == last_frame_seen;
    if (shares_first && !pages.empty() && pages.back().frame == first) pages.pop_back();
    if (last - first < kMaxPages) {
      for (uint64_t frame = first + (shares_first ? 1 : 0); frame <= last; ++frame) {
        pages.push_back({frame, mapping});
      }
    }
    last_frame_seen = last;
    any_seen = true;
  }

  const uint64_t slots = std::bit_ceil(std::max<uint64_t>(2, pages.size() * 2));
  slots_.resize(slots);
  mask_ = slots - 1;
  hash_shift_ = static_cast<unsigned>(64 - std::countr_zero(slots));
  for (const Slot& page : pages) {
    uint64_t slot = Hash(page.frame);
    while (slots_[slot & mask_].mapping != nullptr) ++slot;
    slots_[slot & mask_] = page;
  }
}

Mapping* MmioTable::Search(uint64_t address) const {
  // The last mapping whose base is not above the address; each step halves what is left.
  const uint64_t* base = bases_.data();
  size_t count = bases_.size();
  if (count == 0) return nullptr;
  while (count > 1) {
    const size_t half = count / 2;
    base += base[half] <= address ? half : 0;
    count -= half;
  }
  Mapping* mapping = sorted_[static_cast<size_t>(base - bases_.data())];
  return mapping->range.Contains(address) ? mapping : nullptr;
}

}  // namespace cardcage
