// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_DEVICE_SPREAD_REGION_H_
#define CARDCAGE_FRAMEWORK_DEVICE_SPREAD_REGION_H_

#include <cstdint>

#include "cardcage/abi.h"
#include "framework/bus/mapping.h"

namespace cardcage {

// How a board lays out a chip's registers: `1 << shift` times as far apart as on the chip, and read and written
// by accesses of up to `width` bytes, of which the chip has the low ones. As the chip has them: both 0.
struct RegisterLayout {
  static constexpr uint64_t kMostShift = 3;

  uint8_t shift = 0;
  uint8_t width = 0;  // in bytes: 1, 2, 4 or 8; 0: as the region takes them

  bool IsPlain() const { return shift == 0 && width == 0; }
};

// A region of a device behind such a board. What lies between the registers is nobody's.
class SpreadRegion {
 public:
  // Has the mapping, made as without a board, lead through this, which outlives it. Its region takes one size
  // of access.
  SpreadRegion(Mapping& mapping, RegisterLayout layout);

 private:
  static cardcage_status Read(void* self, cardcage_access* access);
  static cardcage_status Write(void* self, cardcage_access* access);
  // The access as the chip sees it; false where there is no register.
  bool Narrow(cardcage_access& access) const;

  const cardcage_access_function read_;
  const cardcage_access_function write_;
  void* const device_;
  const uint8_t size_;  // of the chip's registers, in bytes
  const RegisterLayout layout_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_DEVICE_SPREAD_REGION_H_
