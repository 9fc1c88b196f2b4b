// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_EVENT_EVENT_LOOP_H_
#define CARDCAGE_FRAMEWORK_EVENT_EVENT_LOOP_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace cardcage {

// One thread's wait for file descriptors, timers and work from other threads (epoll, eventfd).
// The thread that calls Run() is the loop's; callbacks run there, one at a time.
class EventLoop {
 public:
  using Clock = std::chrono::steady_clock;
  using Task = std::function<void()>;
  // Gets the epoll events that came (EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR).
  using FdCallback = std::function<void(uint32_t events)>;

  // Errors: ResourceExhausted (no descriptor left).
  static absl::StatusOr<std::unique_ptr<EventLoop>> Create();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Watches a descriptor, once: after its callback it is silent until Rearm(). With no events it is
  // silent from the start. The descriptor stays the caller's, and open until Unwatch().
  // Errors: FailedPrecondition for what can always be read and written and so cannot be waited for
  // (a regular file); AlreadyExists; Internal. Any thread.
  absl::Status Watch(int fd, uint32_t events, FdCallback callback);
  // Waits for these events, once more. Any thread; one system call; does not block.
  void Rearm(int fd, uint32_t events);
  // Any thread; also from a callback, its own included. Off the loop's thread, a callback may be under way
  // that ends after this.
  void Unwatch(int fd);

  // Runs the task on the loop's thread, after those posted before it. Any thread; does not wait.
  void Post(Task task);

  // Runs the task at that time, or soon after. Before Run() or on the loop's thread.
  void CallAt(Clock::time_point when, Task task);

  // Runs callbacks until Quit(). What was posted before Quit() has run when it returns.
  void Run();
  // Runs the callbacks that are due now, and comes back. On the loop's thread.
  void RunReady() { RunOnce(0); }
  // Runs callbacks until something is so, but not longer than that; whether it is. For what other threads bring
  // about without a word to the loop, too: it looks once a millisecond. On the loop's thread, not in a callback.
  bool RunUntil(const std::function<bool()>& is_so, Clock::duration limit);
  // Any thread.
  void Quit();

 private:
  EventLoop(int epoll, int wake) : epoll_(epoll), wake_(wake) {}
  void RunOnce(int wait_milliseconds);
  void RunPosted();
  void RunTimers();
  int WaitMilliseconds() const;
  std::shared_ptr<FdCallback> FindWatch(int fd);

  const int epoll_;
  const int wake_;  // an eventfd
  std::multimap<Clock::time_point, Task> timers_;
  std::atomic<bool> quit_{false};

  std::mutex mutex_;
  std::vector<Task> posted_;                                      // guarded by mutex_
  std::unordered_map<int, std::shared_ptr<FdCallback>> watches_;  // guarded by mutex_
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_EVENT_EVENT_LOOP_H_
