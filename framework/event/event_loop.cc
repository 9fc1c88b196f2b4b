// SPDX-License-Identifier: MIT
#include "framework/event/event_loop.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"

namespace cardcage {

absl::StatusOr<std::unique_ptr<EventLoop>> EventLoop::Create() {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) {
    return absl::ResourceExhaustedError(absl::StrCat("epoll_create1: ", strerror(errno)));
  }
  const int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{.events = EPOLLIN, .data = {.fd = wake}};
  if (wake < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event) != 0) {
    const int error = errno;
    close(epoll);
    if (wake >= 0) close(wake);
    return absl::ResourceExhaustedError(absl::StrCat("eventfd: ", strerror(error)));
  }
  return std::unique_ptr<EventLoop>(new EventLoop(epoll, wake));
}

EventLoop::~EventLoop() {
  close(wake_);
  close(epoll_);
}

absl::Status EventLoop::Watch(int fd, uint32_t events, FdCallback callback) {
  epoll_event event{.events = events == 0 ? 0 : events | EPOLLONESHOT, .data = {.fd = fd}};
  // Without events even a hang-up would be told, and again and again: so it is added as one that has
  // already fired.
  if (events == 0) event.events = EPOLLONESHOT;
  const std::lock_guard lock(mutex_);  // the loop looks it up when the first event comes
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
    if (errno == EPERM) return absl::FailedPreconditionError("cannot be waited for");
    if (errno == EEXIST) return absl::AlreadyExistsError("watched already");
    return absl::InternalError(absl::StrCat("epoll_ctl: ", strerror(errno)));
  }
  watches_[fd] = std::make_shared<FdCallback>(std::move(callback));
  return absl::OkStatus();
}

void EventLoop::Rearm(int fd, uint32_t events) {
  epoll_event event{.events = events | EPOLLONESHOT, .data = {.fd = fd}};
  epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void EventLoop::Unwatch(int fd) {
  const std::lock_guard lock(mutex_);
  if (watches_.erase(fd) > 0) epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

void EventLoop::Post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
  }
  const uint64_t one = 1;
  // Fails only where the count is at its end, and then the loop is awake.
  [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof(one));
}

void EventLoop::CallAt(Clock::time_point when, Task task) {
  timers_.emplace(when, std::move(task));
}

void EventLoop::Quit() {
  Post([this] { quit_ = true; });
}

void EventLoop::RunPosted() {
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(posted_);
  }
  for (Task& task : tasks) task();
}

void EventLoop::RunTimers() {
  const Clock::time_point now = Clock::now();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    Task task = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    task();
  }
}

int EventLoop::WaitMilliseconds() const {
  if (timers_.empty()) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(timers_.begin()->first - Clock::now());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, INT32_MAX));
}

std::shared_ptr<EventLoop::FdCallback> EventLoop::FindWatch(int fd) {
  const std::lock_guard lock(mutex_);
  const auto watch = watches_.find(fd);
  return watch == watches_.end() ? nullptr : watch->second;
}

void EventLoop::RunOnce(int wait_milliseconds) {
  std::array<epoll_event, 16> events;
  const int count =
      epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_milliseconds);
  for (int i = 0; i < count; ++i) {
    const int fd = events[static_cast<size_t>(i)].data.fd;
    if (fd == wake_) {
      uint64_t ignored = 0;
      [[maybe_unused]] const ssize_t got = read(wake_, &ignored, sizeof(ignored));
      continue;
    }
    // Null where an earlier callback of this round removed it.
    if (const auto callback = FindWatch(fd)) (*callback)(events[static_cast<size_t>(i)].events);
  }
  RunPosted();
  RunTimers();
}

bool EventLoop::RunUntil(const std::function<bool()>& is_so, Clock::duration limit) {
  constexpr int kLookMilliseconds = 1;
  const Clock::time_point end = Clock::now() + limit;
  while (!is_so()) {
    if (Clock::now() > end) return false;
    RunOnce(kLookMilliseconds);
  }
  return true;
}

void EventLoop::Run() {
  while (!quit_) RunOnce(WaitMilliseconds());
  RunPosted();
}

}  // namespace cardcage
