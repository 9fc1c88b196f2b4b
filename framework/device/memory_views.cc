// SPDX-License-Identifier: MIT
#include "framework/device/memory_views.h"

#include <algorithm>

namespace cardcage {

cardcage_status MemoryViews::Map(const GuestMemory& memory, uint64_t address, uint64_t size,
                                 uint32_t flags, cardcage_view& view) {
  view.data = nullptr;
  view.size = 0;
  view.address = address;
  view.token = nullptr;
  const bool writes = (flags & CARDCAGE_MAP_WRITE) != 0;
  std::shared_ptr<MemorySlot> slot = memory.Share(address);
  if (slot == nullptr || slot->bytes().empty() || size == 0 ||
      (writes && slot->kind() != MemorySlot::Kind::kRam)) {
    return CARDCAGE_UNCLAIMED;
  }
  const uint64_t offset = address - slot->range().base;
  view.data = reinterpret_cast<uint8_t*>(slot->bytes().data() + offset);
  view.size = std::min(size, slot->range().size - offset);
  auto held = std::make_unique<Held>(Held{std::move(slot), offset, view.size, writes});
  view.token = held.get();
  const std::lock_guard lock(mutex_);
  held_.push_back(std::move(held));
  return CARDCAGE_OK;
}

bool MemoryViews::Unmap(cardcage_view& view, uint64_t written) {
  std::unique_ptr<Held> held;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(held_.begin(), held_.end(),
                                    [&](const auto& one) { return one.get() == view.token; });
    if (found == held_.end()) return false;
    held = std::move(*found);
    held_.erase(found);
  }
  if (held->is_written) held->slot->NoteWritten(held->offset, std::min(written, held->size));
  view.data = nullptr;
  view.size = 0;
  view.token = nullptr;
  return true;
}

size_t MemoryViews::count() const {
  const std::lock_guard lock(mutex_);
  return held_.size();
}

}  // namespace cardcage
