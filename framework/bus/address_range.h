// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BUS_ADDRESS_RANGE_H_
#define CARDCAGE_FRAMEWORK_BUS_ADDRESS_RANGE_H_

#include <cstdint>

namespace cardcage {

// A range of guest addresses, half open: [base, base + size). In bytes.
struct AddressRange {
  uint64_t base = 0;
  uint64_t size = 0;

  // The address after the last one. Only where !Wraps().
  constexpr uint64_t end() const { return base + size; }
  // Whether it reaches beyond the last 64-bit address.
  constexpr bool Wraps() const { return size != 0 && base + (size - 1) < base; }
  constexpr bool Contains(uint64_t address) const { return address - base < size; }
  constexpr bool Contains(const AddressRange& other) const {
    return other.size <= size && other.base - base <= size - other.size;
  }
  constexpr bool Overlaps(const AddressRange& other) const {
    return size != 0 && other.size != 0 && (Contains(other.base) || other.Contains(base));
  }
  friend constexpr bool operator==(const AddressRange&, const AddressRange&) = default;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BUS_ADDRESS_RANGE_H_
