// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_VALIDATE_HOST_SHIELD_H_
#define CARDCAGE_MACHINES_VALIDATE_HOST_SHIELD_H_

#include <cstddef>
#include <vector>

#include "cardcage/abi.h"

namespace cardcage {

// The host's tables as a device gets them, each function of which is bracketed: what the host costs is not the
// device's cost.
class HostShield {
 public:
  // Called around each call of the host, on the calling thread.
  using Bracket = void (*)();

  // `host` and what `values` lead to outlive this.
  HostShield(const cardcage_host* host, const cardcage_value* const* values, size_t count,
             Bracket enter, Bracket leave);
  HostShield(const HostShield&) = delete;
  HostShield& operator=(const HostShield&) = delete;

  const cardcage_host* host() const { return &host_.table; }
  const cardcage_value* const* values() const { return value_list_.data(); }

  // A table with another before it: the first argument of the table's functions.
  template <class Table>
  struct Shielded {
    const HostShield* shield;
    const Table* original;
    Table table;
  };

  const Bracket enter;
  const Bracket leave;

 private:
  Shielded<cardcage_host> host_;
  std::vector<Shielded<cardcage_char>> characters_;
  std::vector<cardcage_value> values_;
  std::vector<const cardcage_value*> value_list_;
};

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_VALIDATE_HOST_SHIELD_H_
