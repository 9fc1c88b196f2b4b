// SPDX-License-Identifier: MIT
#include "framework/event/real_clock.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"

namespace cardcage {
namespace {

using Wide = absl::uint128;  // a product of two 64-bit numbers

constexpr uint64_t kNanosecondsPerSecond = 1'000'000'000;

int64_t HostNow() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * static_cast<int64_t>(kNanosecondsPerSecond) + now.tv_nsec;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RealClock>> RealClock::Create(EventLoop& loop, double rate) {
  const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (timer < 0) {
    return absl::ResourceExhaustedError(absl::StrCat("timerfd_create: ", strerror(errno)));
  }
  auto clock = std::unique_ptr<RealClock>(new RealClock(loop, timer, rate));
  const absl::Status watched =
      loop.Watch(timer, EPOLLIN, [made = clock.get()](uint32_t) { made->OnTimer(); });
  if (!watched.ok()) return watched;
  return clock;
}

RealClock::RealClock(EventLoop& loop, int timer, double rate)
    : loop_(loop), timer_(timer), rate_(static_cast<uint64_t>(rate * 0x1p32)) {}

RealClock::~RealClock() {
  loop_.Unwatch(timer_);
  close(timer_);
}

void RealClock::Start() {
  start_.store(HostNow());
  Arm();
}

uint64_t RealClock::Now() const {
  const int64_t start = start_.load(std::memory_order_relaxed);
  if (start < 0) return 0;
  return absl::Uint128Low64(Wide(static_cast<uint64_t>(HostNow() - start)) * rate_ >> 32);
}

// Sets the host's timer to the first of ours, where it is not set to that or an earlier time.
void RealClock::Arm() {
  const std::lock_guard lock(lock_);
  const int64_t start = start_.load(std::memory_order_relaxed);
  const uint64_t next = Next();
  if (start < 0 || next >= armed_) return;
  armed_ = next;
  // Rounded up, so that it is not early; not 0, for that would switch it off.
  const Wide host = ((Wide(next) << 32) + rate_ - 1) / rate_;
  constexpr Wide kFar = Wide(1) << 62;  // 146 years
  const uint64_t at = absl::Uint128Low64(std::min(host, kFar)) + static_cast<uint64_t>(start);
  itimerspec when{};
  when.it_value.tv_sec = static_cast<time_t>(at / kNanosecondsPerSecond);
  when.it_value.tv_nsec = std::max(1L, static_cast<long>(at % kNanosecondsPerSecond));
  timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr);
}

void RealClock::OnTimer() {
  uint64_t expirations = 0;
  [[maybe_unused]] const ssize_t got = read(timer_, &expirations, sizeof(expirations));
  {
    const std::lock_guard lock(lock_);
    armed_ = kNever;
  }
  // Those that are due by now, and no more: who sets a timer anew for ever must not keep the loop busy.
  const uint64_t now = Now();
  for (int i = 0; i < 256 && RunOne(now); ++i) {
  }
  loop_.Rearm(timer_, EPOLLIN);
  Arm();
}

}  // namespace cardcage
