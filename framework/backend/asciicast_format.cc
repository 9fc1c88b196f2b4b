// SPDX-License-Identifier: MIT
#include "framework/backend/asciicast_format.h"

#include <string_view>

#include "absl/strings/str_format.h"

namespace cardcage {
namespace {

// How UTF-8 goes on after a first byte (RFC 3629, section 4): how many bytes follow, and what the first
// of them may be; any other is from 0x80 to 0xbf.
struct Sequence {
  size_t following;
  uint8_t low = 0x80;
  uint8_t high = 0xbf;
};
constexpr size_t kNone = SIZE_MAX;

Sequence SequenceOf(uint8_t first) {
  if (first < 0x80) return {0};
  if (first >= 0xc2 && first <= 0xdf) return {1};
  if (first == 0xe0) return {2, 0xa0, 0xbf};
  if (first == 0xed) return {2, 0x80, 0x9f};
  if (first >= 0xe1 && first <= 0xef) return {2};
  if (first == 0xf0) return {3, 0x90, 0xbf};
  if (first >= 0xf1 && first <= 0xf3) return {3};
  if (first == 0xf4) return {3, 0x80, 0x8f};
  return {kNone};
}

// The bytes that begin the text and are one character, or are together none.
struct Character {
  size_t size = 1;
  bool is_valid = false;
  bool is_cut = false;  // valid so far, and the text ends
};

Character Next(std::string_view text) {
  const Sequence sequence = SequenceOf(static_cast<uint8_t>(text[0]));
  if (sequence.following == kNone) return {};
  for (size_t i = 1; i <= sequence.following; ++i) {
    if (i == text.size()) return {.size = i, .is_valid = false, .is_cut = true};
    const auto byte = static_cast<uint8_t>(text[i]);
    const bool fits =
        i == 1 ? byte >= sequence.low && byte <= sequence.high : byte >= 0x80 && byte <= 0xbf;
    if (!fits) return {.size = i, .is_valid = false, .is_cut = false};
  }
  return {.size = sequence.following + 1, .is_valid = true, .is_cut = false};
}

void AppendJson(std::string_view character, std::string& json) {
  const char first = character[0];
  if (first == '"' || first == '\\') {
    json += '\\';
    json += first;
  } else if (static_cast<uint8_t>(first) < 0x20 || first == 0x7f) {
    absl::StrAppendFormat(&json, "\\u%04x", first);
  } else {
    json += character;
  }
}

}  // namespace

std::string AsciicastFormat::Header(int width, int height, int64_t timestamp) {
  return absl::StrFormat("{\"version\": 2, \"width\": %d, \"height\": %d, \"timestamp\": %d}\n",
                         width, height, timestamp);
}

std::string AsciicastFormat::Add(std::span<const uint8_t> data, Time now) {
  std::string events;
  if (!bytes_.empty() && now - began_ >= kTogether) {
    EndEvent(/*is_end=*/false, events);
    began_ = now;  // of a character that was begun: it is not there before its end is
  }
  for (const uint8_t byte : data) {
    if (bytes_.empty()) began_ = now;
    bytes_ += static_cast<char>(byte);
    if (bytes_.size() >= kLongest) EndEvent(/*is_end=*/false, events);
  }
  return events;
}

std::string AsciicastFormat::End() {
  std::string events;
  EndEvent(/*is_end=*/true, events);
  return events;
}

void AsciicastFormat::EndEvent(bool is_end, std::string& events) {
  std::string json;
  size_t at = 0;
  while (at < bytes_.size()) {
    const std::string_view rest = std::string_view(bytes_).substr(at);
    const Character character = Next(rest);
    if (character.is_cut && !is_end) break;
    if (character.is_valid) {
      AppendJson(rest.substr(0, character.size), json);
    } else {
      json += "\xef\xbf\xbd";  // U+FFFD
    }
    at += character.size;
  }
  bytes_.erase(0, at);
  if (json.empty()) return;
  const int64_t us = began_ / std::chrono::microseconds(1);
  absl::StrAppendFormat(&events, "[%d.%06d, \"o\", \"%s\"]\n", us / 1'000'000, us % 1'000'000,
                        json);
}

}  // namespace cardcage
