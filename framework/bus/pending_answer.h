// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BUS_PENDING_ANSWER_H_
#define CARDCAGE_FRAMEWORK_BUS_PENDING_ANSWER_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "cardcage/abi.h"
#include "framework/bus/spin_lock.h"

namespace cardcage {

// The answer that a device owes a CPU, whose access it took with CARDCAGE_PENDING. One at a time.
class PendingAnswer {
 public:
  struct Answer {
    cardcage_status status = CARDCAGE_FAILED;
    uint64_t value = 0;
  };

  // An answer is awaited from now on, from whoever holds that lock as the device's own. On the CPU's thread,
  // in the device's turn.
  void Await(const SpinLock* from);
  // The device answers. False where none is awaited from it. In the device's turn, so after Await().
  bool Give(const SpinLock* from, cardcage_status status, uint64_t value);
  // Whatever is or will be awaited is given up: it fails. Any thread, for good.
  void Cancel();

  // Whether what was awaited is there; waits so long for it. On the CPU's thread.
  bool WaitFor(std::chrono::nanoseconds limit);
  void Wait();
  // What was given, once it is there. On the CPU's thread.
  Answer Take();

 private:
  bool IsThere() const { return from_ == nullptr || is_cancelled_; }

  std::mutex mutex_;
  std::condition_variable given_;
  const SpinLock* from_ = nullptr;  // who is to answer; guarded by mutex_, as are the others
  bool is_cancelled_ = false;
  Answer answer_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BUS_PENDING_ANSWER_H_
