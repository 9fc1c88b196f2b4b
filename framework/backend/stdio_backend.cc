// SPDX-License-Identifier: MIT
#include "framework/backend/stdio_backend.h"

#include <unistd.h>

#include <algorithm>

namespace cardcage {

StdioBackend::StdioBackend(EventLoop& loop, Events events,
                           std::optional<std::vector<uint8_t>> script)
    : terminal_(script ? nullptr : RawTerminal::Enter(STDIN_FILENO)),
      escape_(std::move(events.escape)),
      output_(STDOUT_FILENO, loop, std::move(events.output_closed),
              [this] {
                if (!script_) TellListener();
              }),
      script_(std::move(script)) {
  if (script_) return;
  InputStream::Filter filter;
  if (terminal_ != nullptr) {
    filter = [this](std::span<uint8_t> typed) { return escape_.Filter(typed); };
  }
  input_ = std::make_unique<InputStream>(STDIN_FILENO, loop, std::move(filter),
                                         [this] { TellListener(); });
}

size_t StdioBackend::Write(std::span<const uint8_t> data) {
  if (!script_) return output_.Write(data);
  output_.WriteAll(data);
  return data.size();
}

size_t StdioBackend::Read(std::span<uint8_t> data) {
  if (!script_) return input_->Read(data);
  const size_t count = std::min(data.size(), script_->size() - script_at_);
  std::copy_n(script_->begin() + static_cast<std::ptrdiff_t>(script_at_), count, data.begin());
  script_at_ += count;
  return count;
}

}  // namespace cardcage
