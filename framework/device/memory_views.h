// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_DEVICE_MEMORY_VIEWS_H_
#define CARDCAGE_FRAMEWORK_DEVICE_MEMORY_VIEWS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "cardcage/abi.h"
#include "framework/memory/guest_memory.h"

namespace cardcage {

// The views that a device has of guest memory. Any thread.
class MemoryViews {
 public:
  // As the contract's map and unmap have it. Unmap gives false for what is no view of this device.
  cardcage_status Map(const GuestMemory& memory, uint64_t address, uint64_t size, uint32_t flags,
                      cardcage_view& view);
  bool Unmap(cardcage_view& view, uint64_t written);

  size_t count() const;

 private:
  struct Held {
    std::shared_ptr<MemorySlot> slot;  // kept while somebody looks at it
    uint64_t offset;
    uint64_t size;
    bool is_written;
  };

  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Held>> held_;  // few at a time; guarded by mutex_
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_DEVICE_MEMORY_VIEWS_H_
