// SPDX-License-Identifier: MIT
#include "framework/event/virtual_clock.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace cardcage {

size_t VirtualClock::AddTimer(Callback callback) {
  const std::lock_guard lock(lock_);
  timers_.push_back({.callback = std::move(callback)});
  return timers_.size() - 1;
}

// With lock_ held.
void VirtualClock::FindNext() {
  uint64_t next = kNever;
  for (const Timer& timer : timers_) next = std::min(next, timer.when);
  next_.store(next, std::memory_order_release);
}

void VirtualClock::Set(size_t timer, uint64_t when) {
  bool is_earlier = false;
  {
    const std::lock_guard lock(lock_);
    const uint64_t next = next_.load(std::memory_order_relaxed);
    const uint64_t before = std::exchange(timers_[timer].when, when);
    is_earlier = when < next;
    if (is_earlier) {
      next_.store(when, std::memory_order_release);
    } else if (before == next) {
      FindNext();
    }
  }
  if (is_earlier) NextIsEarlier();
}

bool VirtualClock::RunOne(uint64_t now) {
  const Callback* callback = nullptr;
  {
    const std::lock_guard lock(lock_);
    const auto first = std::min_element(
        timers_.begin(), timers_.end(),
        [](const Timer& one, const Timer& other) { return one.when < other.when; });
    if (first == timers_.end() || first->when > now || first->when == kNever) return false;
    first->when = kNever;
    callback = &first->callback;  // timers stay where they are: none is added any more
    FindNext();
  }
  (*callback)();
  return true;
}

void DrivenClock::RunTo(uint64_t now) {
  for (unsigned i = 0; i < kMost && Next() <= now; ++i) {
    GoTo(Next());
    if (!RunOne(Now())) break;
  }
  if (Next() > now) GoTo(now);
}

}  // namespace cardcage
