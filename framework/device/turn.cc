// SPDX-License-Identifier: MIT
#include "framework/device/turn.h"

namespace cardcage {

class CheckedRegion::Holding {
 public:
  explicit Holding(TurnLock& turn) : turn_(turn) {
    turn_.holder_.store(std::this_thread::get_id());
  }
  ~Holding() { turn_.holder_.store({}); }
  Holding(const Holding&) = delete;
  Holding& operator=(const Holding&) = delete;

 private:
  TurnLock& turn_;
};

CheckedRegion::CheckedRegion(Mapping& mapping, TurnLock& turn)
    : read_(mapping.read),
      write_(mapping.write),
      read_batch_(mapping.read_batch),
      write_batch_(mapping.write_batch),
      device_(mapping.device),
      turn_(turn) {
  if (read_ != nullptr) mapping.read = &Read;
  if (write_ != nullptr) mapping.write = &Write;
  if (read_batch_ != nullptr) mapping.read_batch = &ReadBatch;
  if (write_batch_ != nullptr) mapping.write_batch = &WriteBatch;
  mapping.device = this;
}

cardcage_status CheckedRegion::Read(void* self, cardcage_access* access) {
  const auto& region = *static_cast<CheckedRegion*>(self);
  const Holding holding(region.turn_);
  return region.read_(region.device_, access);
}

cardcage_status CheckedRegion::Write(void* self, cardcage_access* access) {
  const auto& region = *static_cast<CheckedRegion*>(self);
  const Holding holding(region.turn_);
  return region.write_(region.device_, access);
}

uint32_t CheckedRegion::ReadBatch(void* self, const cardcage_access* access, void* data,
                                  uint32_t count) {
  const auto& region = *static_cast<CheckedRegion*>(self);
  const Holding holding(region.turn_);
  return region.read_batch_(region.device_, access, data, count);
}

uint32_t CheckedRegion::WriteBatch(void* self, const cardcage_access* access, void* data,
                                   uint32_t count) {
  const auto& region = *static_cast<CheckedRegion*>(self);
  const Holding holding(region.turn_);
  return region.write_batch_(region.device_, access, data, count);
}

}  // namespace cardcage
