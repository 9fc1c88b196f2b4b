// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BUS_SPIN_LOCK_H_
#define CARDCAGE_FRAMEWORK_BUS_SPIN_LOCK_H_

#include <sched.h>

#include <atomic>

namespace cardcage {

// A lock of one word, for a device's handlers: taken by an exchange with acquire order, given back
// by a store with release order, so that nobody pays for waiting but those who wait. Handlers are
// short; who waits long gives its CPU away, for the holder may have lost its own.
//
// Not recursive. Satisfies BasicLockable.
class SpinLock {
 public:
  void lock() {
    while (locked_.exchange(true, std::memory_order_acquire)) Wait();
  }
  void unlock() { locked_.store(false, std::memory_order_release); }

 private:
  void Wait() const {
    constexpr int kSpins = 200;  // a few microseconds: longer than nearly all handlers take
    for (int i = 0; i < kSpins; ++i) {
      if (!locked_.load(std::memory_order_relaxed)) return;
      __builtin_ia32_pause();
    }
    sched_yield();
  }

  std::atomic<bool> locked_{false};
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BUS_SPIN_LOCK_H_
