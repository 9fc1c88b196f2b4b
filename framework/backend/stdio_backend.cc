// SPDX-License-Identifier: MIT
#include "framework/backend/stdio_backend.h"

#include <unistd.h>

namespace cardcage {

StdioBackend::StdioBackend(EventLoop& loop, Events events)
    : terminal_(RawTerminal::Enter(STDIN_FILENO)),
      escape_(std::move(events.escape)),
      output_(STDOUT_FILENO, loop, std::move(events.output_closed)),
      input_(
          STDIN_FILENO, loop,
          terminal_ == nullptr ? InputStream::Filter() : [this](std::span<uint8_t> typed) {
            return escape_.Filter(typed);
          }) {}

}  // namespace cardcage
