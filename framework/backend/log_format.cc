// SPDX-License-Identifier: MIT
#include "framework/backend/log_format.h"

#include "absl/strings/str_format.h"

namespace cardcage {

void AppendEscaped(uint8_t byte, std::string& text) {
  if (byte == '\\') {
    text += "\\\\";
  } else if (byte == '\r') {
    text += "\\r";
  } else if ((byte < 0x20 && byte != '\t') || byte == 0x7f) {
    absl::StrAppendFormat(&text, "\\x%02x", byte);
  } else {
    text += static_cast<char>(byte);
  }
}

std::string LogFormat::Add(std::span<const uint8_t> data, Time now) {
  std::string lines;
  for (const uint8_t byte : data) {
    if (!is_open_) began_ = now;
    is_open_ = true;
    if (byte == '\n') {
      EndLine(lines);
      continue;
    }
    if (has_return_) AppendEscaped('\r', line_);
    has_return_ = byte == '\r';
    if (!has_return_) AppendEscaped(byte, line_);
    if (line_.size() >= kLongest) EndLine(lines);
  }
  return lines;
}

std::string LogFormat::End() {
  std::string lines;
  if (has_return_) AppendEscaped('\r', line_);
  if (is_open_) EndLine(lines);
  return lines;
}

void LogFormat::EndLine(std::string& lines) {
  const int64_t us = began_ / std::chrono::microseconds(1);
  absl::StrAppendFormat(&lines, "[%5d.%06d] %s\n", us / 1'000'000, us % 1'000'000, line_);
  line_.clear();
  is_open_ = false;
  has_return_ = false;
}

}  // namespace cardcage
