// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_TESTS_SUPPORT_PROCESS_H_
#define CARDCAGE_TESTS_SUPPORT_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cardcage::testing {

// A program to run, and what it finds when it starts.
struct Command {
  static constexpr int kPipe = -1;    // the test feeds or reads it
  static constexpr int kClosed = -2;  // not open at all

  // The program first; without a slash it is looked for in PATH.
  std::vector<std::string> arguments;
  // "NAME=value", instead of or beside what the test itself has.
  std::vector<std::string> environment = {};
  // kPipe, kClosed, or an open descriptor, which stays the caller's.
  int stdin_fd = kPipe;
  int stdout_fd = kPipe;
  int stderr_fd = kPipe;
  // What comes through a piped stdin, and whether its end comes then or only with the program's.
  std::string input = {};
  bool input_stays_open = false;
  // A slow reader: how many bytes a piped stdout holds (0: the kernel's choice), and for how long
  // nobody reads it.
  int stdout_capacity = 0;
  std::chrono::milliseconds stdout_unread_for{0};
};

struct Outcome {
  int code = -1;  // 128 + n where signal n ended it, as a shell says it; -1 where it did not end
  std::string output;
  std::string errors;
  std::chrono::milliseconds elapsed{0};
};

// A program that was started. One thread. It is killed when this goes before it has ended.
class Process {
 public:
  using Duration = std::chrono::milliseconds;

  // What cannot be started ends with 127.
  explicit Process(Command command);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int number) const;

  // Whether the text has come out of stdout, or else stderr, before the program's end or the
  // patience's.
  bool WaitForOutput(std::string_view text, Duration patience = std::chrono::seconds(20));
  bool WaitForErrors(std::string_view text, Duration patience = std::chrono::seconds(20));

  // What has come out of stderr so far.
  const std::string& errors() const { return outcome_.errors; }

  // Waits for the end; kills what has none.
  Outcome Wait(Duration patience = std::chrono::seconds(60));

 private:
  using Clock = std::chrono::steady_clock;

  void Start();
  // Feeds and reads until `done`, the program's end, or the deadline, which is false.
  bool Pump(Clock::time_point deadline, const std::function<bool()>& done);
  void Feed();
  void Reap();

  Command command_;
  Clock::time_point started_;
  Outcome outcome_;
  pid_t pid_ = -1;
  bool ended_ = false;
  size_t fed_ = 0;  // bytes of command_.input
  // Our ends, and what is readable once the program has ended; -1: none, or no more.
  int feed_ = -1, output_ = -1, errors_ = -1, pidfd_ = -1;
};

// Runs a program to its end.
inline Outcome RunToEnd(Command command, Process::Duration patience = std::chrono::seconds(60)) {
  return Process(std::move(command)).Wait(patience);
}

}  // namespace cardcage::testing

#endif  // CARDCAGE_TESTS_SUPPORT_PROCESS_H_
