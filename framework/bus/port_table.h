// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BUS_PORT_TABLE_H_
#define CARDCAGE_FRAMEWORK_BUS_PORT_TABLE_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "framework/bus/mapping.h"

namespace cardcage {

// Which mapping a port belongs to: a flat table, two bytes a port. Immutable; any thread.
class PortTable {
 public:
  static constexpr uint64_t kPorts = 0x10000;

  // `mappings` lie inside the 65,536 ports, do not overlap, and live as long as the table.
  explicit PortTable(std::span<Mapping* const> mappings);

  // The mapping of the port, or null; beyond the last port null.
  Mapping* Find(uint64_t port) const {
    if (port >= kPorts) return nullptr;
    return mappings_[indices_[port]];
  }

 private:
  struct Free {
    void operator()(void* memory) const;
  };
  // From calloc: the pages that no mapping touches stay the kernel's zero page.
  std::unique_ptr<uint16_t[], Free> indices_;
  std::vector<Mapping*> mappings_;  // the first is null: nobody's
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BUS_PORT_TABLE_H_
