// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_DEVICE_TURN_H_
#define CARDCAGE_FRAMEWORK_DEVICE_TURN_H_

#include <atomic>
#include <thread>

#include "framework/bus/mapping.h"
#include "framework/bus/spin_lock.h"

namespace cardcage {

// Whose turn of a device it is: its lock, and, where that is checked, the thread that has it.
class TurnLock {
 public:
  explicit TurnLock(bool is_checked) : is_checked_(is_checked) {}

  void lock() {
    lock_.lock();
    if (is_checked_) holder_.store(std::this_thread::get_id());
  }
  void unlock() {
    if (is_checked_) holder_.store({});
    lock_.unlock();
  }
  // What a mapping takes for an access.
  SpinLock& spin_lock() { return lock_; }
  // Whether the calling thread has it, as far as that is known.
  bool IsMine() const { return !is_checked_ || holder_.load() == std::this_thread::get_id(); }

 private:
  friend class CheckedRegion;
  const bool is_checked_;
  SpinLock lock_;
  std::atomic<std::thread::id> holder_{};
};

// Where that is checked: a region whose accesses, which take the spin lock alone, say whose turn it is.
class CheckedRegion {
 public:
  // Has the mapping lead through this, which outlives it.
  CheckedRegion(Mapping& mapping, TurnLock& turn);

 private:
  // Notes the thread as the holder while it runs.
  class Holding;
  static cardcage_status Read(void* self, cardcage_access* access);
  static cardcage_status Write(void* self, cardcage_access* access);
  static uint32_t ReadBatch(void* self, const cardcage_access* access, void* data, uint32_t count);
  static uint32_t WriteBatch(void* self, const cardcage_access* access, void* data, uint32_t count);

  const cardcage_access_function read_;
  const cardcage_access_function write_;
  const cardcage_batch_function read_batch_;
  const cardcage_batch_function write_batch_;
  void* const device_;
  TurnLock& turn_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_DEVICE_TURN_H_
