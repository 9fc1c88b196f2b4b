// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_ASCIICAST_FORMAT_H_
#define CARDCAGE_FRAMEWORK_BACKEND_ASCIICAST_FORMAT_H_

#include <chrono>
#include <cstdint>
#include <span>
#include <string>

namespace cardcage {

// Makes an asciicast, version 2, of a stream of bytes: a line of JSON for each part of the output, with
// the time of its first byte. Bytes that come within kTogether are one event, so that a guest that sends
// one at a time does not make thirty of each. What is no UTF-8 becomes U+FFFD.
class AsciicastFormat {
 public:
  using Time = std::chrono::nanoseconds;

  static constexpr std::chrono::milliseconds kTogether{10};
  static constexpr size_t kLongest = 1024;  // of an event, in bytes of the guest
  // The most that Add() gives for this many bytes: each \u001b or U+FFFD, an event for each kLongest.
  static constexpr size_t kMostBefore = kLongest * 6 + 128;
  static constexpr size_t kMostEach = 16;

  // The first line; `timestamp` is the time of the first event, in s since 1970.
  static std::string Header(int width, int height, int64_t timestamp);
  // The same with a terminal's size where nobody says otherwise: a serial line has none.
  static std::string Begin(int64_t timestamp) { return Header(80, 24, timestamp); }
  // The events that are complete now. `now` never goes back.
  std::string Add(std::span<const uint8_t> data, Time now);
  // The last event, or nothing.
  std::string End();

 private:
  // Makes an event of what has come; the beginning of a character stays, but at the end.
  void EndEvent(bool is_end, std::string& events);

  Time began_{};
  std::string bytes_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_ASCIICAST_FORMAT_H_
