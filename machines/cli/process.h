// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_CLI_PROCESS_H_
#define CARDCAGE_MACHINES_CLI_PROCESS_H_

#include <functional>
#include <memory>

#include "framework/event/event_loop.h"

namespace cardcage {

// What the process needs before anything else: descriptors 0 to 2 are taken (where the caller closed
// one, reading or writing it fails, and nothing else gets its number), and a closed pipe or a limit on
// file size is an error of the write, not a signal.
void PrepareProcess();

// Hands the signals that end or stop a program to the event loop.
class ProcessSignals {
 public:
  // `on_end` gets INT, TERM, HUP or QUIT, but for those that the caller ignores (nohup). `on_stop`
  // and `on_continue` come before and after a stop by TSTP. On the loop's thread; before it runs.
  ProcessSignals(EventLoop& loop, std::function<void(int signal)> on_end,
                 std::function<void()> on_stop, std::function<void()> on_continue);
  ~ProcessSignals();
  ProcessSignals(const ProcessSignals&) = delete;
  ProcessSignals& operator=(const ProcessSignals&) = delete;

 private:
  void Take();

  EventLoop& loop_;
  const std::function<void(int)> on_end_;
  const std::function<void()> on_stop_;
  const std::function<void()> on_continue_;
  int fd_ = -1;
};

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_CLI_PROCESS_H_
