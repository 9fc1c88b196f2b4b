// SPDX-License-Identifier: MIT
#include "framework/bus/port_table.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace cardcage {

void PortTable::Free::operator()(void* memory) const { std::free(memory); }

PortTable::PortTable(std::span<Mapping* const> mappings)
    : indices_(static_cast<uint16_t*>(std::calloc(kPorts, sizeof(uint16_t)))) {
  if (indices_ == nullptr) throw std::bad_alloc();
  mappings_.reserve(mappings.size() + 1);
  mappings_.push_back(nullptr);
  for (Mapping* mapping : mappings) {
    // At most one mapping a port: with the null one they are 65,537, and the last index would not
    // fit. A space that full has no free port, so the null one is not needed: it is replaced.
    if (mappings_.size() == kPorts) {
      mappings_[0] = mapping;
      continue;
    }
    std::fill_n(indices_.get() + mapping->range.base, mapping->range.size,
                static_cast<uint16_t>(mappings_.size()));
    mappings_.push_back(mapping);
  }
}

}  // namespace cardcage
