// SPDX-License-Identifier: MIT
#include "framework/bus/pending_answer.h"

#include <utility>

namespace cardcage {

void PendingAnswer::Await(const SpinLock* from) {
  const std::lock_guard lock(mutex_);
  from_ = from;
  answer_ = {};
}

bool PendingAnswer::Give(const SpinLock* from, cardcage_status status, uint64_t value) {
  {
    const std::lock_guard lock(mutex_);
    if (from_ == nullptr || from_ != from) return false;
    from_ = nullptr;
    // Not an answer, again.
    answer_ = {status == CARDCAGE_PENDING ? CARDCAGE_FAILED : status, value};
  }
  given_.notify_all();
  return true;
}

void PendingAnswer::Cancel() {
  {
    const std::lock_guard lock(mutex_);
    is_cancelled_ = true;
  }
  given_.notify_all();
}

bool PendingAnswer::WaitFor(std::chrono::nanoseconds limit) {
  std::unique_lock lock(mutex_);
  return given_.wait_for(lock, limit, [this] { return IsThere(); });
}

void PendingAnswer::Wait() {
  std::unique_lock lock(mutex_);
  given_.wait(lock, [this] { return IsThere(); });
}

PendingAnswer::Answer PendingAnswer::Take() {
  const std::lock_guard lock(mutex_);
  from_ = nullptr;
  return std::exchange(answer_, {});
}

}  // namespace cardcage
