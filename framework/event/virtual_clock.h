// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_EVENT_VIRTUAL_CLOCK_H_
#define CARDCAGE_FRAMEWORK_EVENT_VIRTUAL_CLOCK_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "framework/bus/spin_lock.h"

namespace cardcage {

// A machine's time, in ns from its start on, and the timers that devices have on it. Time never goes back.
class VirtualClock {
 public:
  static constexpr uint64_t kNever = UINT64_MAX;
  using Callback = std::function<void()>;

  virtual ~VirtualClock() = default;
  VirtualClock(const VirtualClock&) = delete;
  VirtualClock& operator=(const VirtualClock&) = delete;

  // Any thread.
  virtual uint64_t Now() const = 0;

  // One timer more, off at first; returns its number. Before the machine starts.
  size_t AddTimer(Callback callback);
  // Has the timer's callback called once, at that time or soon after, on the thread that drives the clock;
  // kNever: not any more, though one call may be on its way. Any thread; does not block.
  void Set(size_t timer, uint64_t when);
  // When the first timer is due, or kNever. Any thread.
  uint64_t Next() const { return next_.load(std::memory_order_acquire); }

 protected:
  VirtualClock() = default;

  // Some timer is due earlier than any was. On the thread that set it, without a lock.
  virtual void NextIsEarlier() {}
  // Calls the first timer that is due at `now` and switches it off; of several at one time, the one that
  // was added first. False where none is. One thread at a time.
  bool RunOne(uint64_t now);

 private:
  struct Timer {
    uint64_t when = kNever;
    Callback callback;
  };
  void FindNext();

  SpinLock lock_;
  std::vector<Timer> timers_;  // few: all are looked at; guarded by lock_
  std::atomic<uint64_t> next_{kNever};
};

// Time that its owner drives: a test, or an engine that counts instructions. Time stands still while timers
// run: each sees its own. One thread drives.
class DrivenClock final : public VirtualClock {
 public:
  uint64_t Now() const override { return now_.load(std::memory_order_relaxed); }

  // Gets told where some timer is due earlier than any was, on the thread that set it. Before others use
  // the clock.
  void set_on_earlier(std::function<void()> on_earlier) { on_earlier_ = std::move(on_earlier); }

  // Goes on to that time without a look at the timers; not back.
  void GoTo(uint64_t now) {
    if (now > Now()) now_.store(now, std::memory_order_relaxed);
  }
  // Goes on to that time, by way of each timer that is due before. Where timers set themselves anew without
  // end, it comes back early after kMost of them, the rest at the next call.
  void RunTo(uint64_t now);

 private:
  static constexpr unsigned kMost = 100'000;

  void NextIsEarlier() override {
    if (on_earlier_) on_earlier_();
  }

  std::function<void()> on_earlier_;
  std::atomic<uint64_t> now_{0};
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_EVENT_VIRTUAL_CLOCK_H_
