// SPDX-License-Identifier: MIT
#include "framework/wire/signal_queue.h"

namespace cardcage {

void SignalQueue::Add(SignalTarget& target, uint32_t input, bool level) {
  const std::lock_guard lock(mutex_);
  changes_.push_back({&target, input, level});
  pending_.store(true, std::memory_order_relaxed);
}

void SignalQueue::Run() {
  std::unique_lock lock(mutex_);
  if (is_delivering_) return;  // that thread looks again before it goes
  is_delivering_ = true;
  for (unsigned done = 0; done < kMost && !changes_.empty();) {
    delivering_.clear();
    delivering_.swap(changes_);
    lock.unlock();
    for (const Change& change : delivering_) change.target->OnSignal(change.input, change.level);
    done += static_cast<unsigned>(delivering_.size());
    lock.lock();
  }
  pending_.store(!changes_.empty(), std::memory_order_relaxed);
  is_delivering_ = false;
}

}  // namespace cardcage
