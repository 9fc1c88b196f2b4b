// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BUS_MAPPING_H_
#define CARDCAGE_FRAMEWORK_BUS_MAPPING_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "cardcage/abi.h"
#include "framework/bus/address_range.h"
#include "framework/bus/after_turn.h"
#include "framework/bus/spin_lock.h"

namespace cardcage {

// A counter with one writer at a time and readers on any thread: a load and a store, no locked
// instruction.
class Counter {
 public:
  void Add(uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// A range of an address space that has an owner: a region of a device, or a claim of somebody who
// answers elsewhere (a memory slot, KVM itself). It stays where it is in memory, and constant but
// for its counters, from AddressSpace::Add to the end of the address space.
//
// An access reads the first cache line; the counters have the next one to themselves.
struct alignas(64) Mapping {
  AddressRange range;
  // Null: that direction is unclaimed. They change at most once, when the device has failed.
  std::atomic<cardcage_access_function> read{nullptr};
  std::atomic<cardcage_access_function> write{nullptr};
  void* device = nullptr;
  SpinLock* lock = nullptr;    // the device's; null where its type is concurrent
  AfterTurn* after = nullptr;  // null where nothing can be left to do
  uint32_t region = 0;         // index in the type's list
  uint8_t sizes = 0;           // CARDCAGE_SIZE_* that the handlers take
  bool unaligned = false;      // also those not aligned to their own size
  bool is_claim = false;       // nobody here answers; accesses are dropped without a report

  // Written in the device's turn, so by one thread at a time; where the type is concurrent, a count
  // may be lost now and then.
  struct alignas(64) Counters {
    Counter reads;
    Counter writes;
  } counters;

  // Several accesses at once; null: they come one by one.
  std::atomic<cardcage_batch_function> read_batch{nullptr};
  std::atomic<cardcage_batch_function> write_batch{nullptr};

  std::string owner;  // for messages: the device's name, or "memory slot ram"
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BUS_MAPPING_H_
