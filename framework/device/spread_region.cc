// SPDX-License-Identifier: MIT
#include "framework/device/spread_region.h"

namespace cardcage {

SpreadRegion::SpreadRegion(Mapping& mapping, RegisterLayout layout)
    : read_(mapping.read),
      write_(mapping.write),
      device_(mapping.device),
      size_(mapping.sizes),
      layout_(layout) {
  if (read_ != nullptr) mapping.read = &Read;
  if (write_ != nullptr) mapping.write = &Write;
  mapping.device = this;
  for (unsigned size = size_; size <= layout_.width; size *= 2) {
    mapping.sizes = static_cast<uint8_t>(mapping.sizes | size);
  }
}

bool SpreadRegion::Narrow(cardcage_access& access) const {
  const uint64_t between = (uint64_t{size_} << layout_.shift) - 1;
  if ((access.offset & between) != 0) return false;
  access.offset >>= layout_.shift;
  access.size = size_;
  return true;
}

cardcage_status SpreadRegion::Read(void* self, cardcage_access* access) {
  const auto& region = *static_cast<SpreadRegion*>(self);
  cardcage_access narrow = *access;
  if (!region.Narrow(narrow)) return CARDCAGE_UNCLAIMED;
  const cardcage_status status = region.read_(region.device_, &narrow);
  access->value = narrow.value & (~uint64_t{0} >> (64 - 8 * region.size_));
  return status;
}

cardcage_status SpreadRegion::Write(void* self, cardcage_access* access) {
  const auto& region = *static_cast<SpreadRegion*>(self);
  cardcage_access narrow = *access;
  if (!region.Narrow(narrow)) return CARDCAGE_UNCLAIMED;
  narrow.value &= ~uint64_t{0} >> (64 - 8 * region.size_);
  return region.write_(region.device_, &narrow);
}

}  // namespace cardcage
