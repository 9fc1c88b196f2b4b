// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_EVENT_REAL_CLOCK_H_
#define CARDCAGE_FRAMEWORK_EVENT_REAL_CLOCK_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "framework/event/event_loop.h"
#include "framework/event/virtual_clock.h"

namespace cardcage {

// Time that passes as the host's (CLOCK_MONOTONIC), or a fixed number of times as fast. Its timers run on
// the event loop's thread.
//
// The host's timer is set when a device's becomes the first one, and left alone when it moves to later: the
// loop then wakes up once for nothing. A timer that is set anew with each byte costs no system call.
class RealClock final : public VirtualClock {
 public:
  // `rate` is how many ns pass in one of the host's, from 0.001 to 1000. The loop outlives the clock.
  // Errors: ResourceExhausted (no descriptor left).
  static absl::StatusOr<std::unique_ptr<RealClock>> Create(EventLoop& loop, double rate = 1);
  ~RealClock() override;

  // Until then it is 0. Before the loop runs, or on its thread.
  void Start();
  uint64_t Now() const override;

 private:
  RealClock(EventLoop& loop, int timer, double rate);
  void NextIsEarlier() override { Arm(); }
  void Arm();
  void OnTimer();

  EventLoop& loop_;
  const int timer_;                 // a timerfd
  const uint64_t rate_;             // times 2^32
  std::atomic<int64_t> start_{-1};  // in the host's ns; -1: not yet

  SpinLock lock_;
  uint64_t armed_ =
      kNever;  // the time that the host's timer is set to, or earlier; guarded by lock_
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_EVENT_REAL_CLOCK_H_
