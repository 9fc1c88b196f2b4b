// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_CLI_CONSOLE_LOG_H_
#define CARDCAGE_MACHINES_CLI_CONSOLE_LOG_H_

#include <chrono>
#include <string_view>

#include "framework/backend/output_stream.h"
#include "framework/event/event_loop.h"

namespace cardcage {

// Lines for people on stderr, from any thread; a reader that is slow makes nobody wait.
class ConsoleLog {
 public:
  explicit ConsoleLog(EventLoop& loop) : output_(2, loop, nullptr) {}

  // A line, under the command's name.
  void Line(std::string_view line);
  // Text of several lines, as it is.
  void Text(std::string_view text);
  // Not while the loop runs.
  void Flush(std::chrono::milliseconds patience) { output_.Flush(patience); }

 private:
  OutputStream output_;
};

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_CLI_CONSOLE_LOG_H_
