// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_LOG_FORMAT_H_
#define CARDCAGE_FRAMEWORK_BACKEND_LOG_FORMAT_H_

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cardcage {

// A byte as it may stand in a text for people: printable ones, a tab and those of UTF-8 as they are,
// control bytes as \r or \x1b, the backslash doubled.
void AppendEscaped(uint8_t byte, std::string& text);

// Makes lines with their times of a stream of bytes: "[    1.234567] text". The time is that of the
// line's first byte. A carriage return before the line feed belongs to it.
class LogFormat {
 public:
  using Time = std::chrono::nanoseconds;

  // A line that goes on longer, in bytes of output, is cut.
  static constexpr size_t kLongest = 1024;
  // The most that Add() gives for this many bytes: room for the line before, and a line a byte.
  static constexpr size_t kMostBefore = kLongest + 64;
  static constexpr size_t kMostEach = 32;

  // What stands before all lines: nothing.
  static std::string Begin(int64_t /*timestamp*/) { return ""; }
  // The lines that these bytes end. `now` never goes back.
  std::string Add(std::span<const uint8_t> data, Time now);
  // The line that has no end yet, or nothing.
  std::string End();

 private:
  void EndLine(std::string& lines);

  Time began_{};
  bool is_open_ = false;     // a line has begun, be it with a carriage return
  bool has_return_ = false;  // the last byte was one: it waits for what comes next
  std::string line_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_LOG_FORMAT_H_
