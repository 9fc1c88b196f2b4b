// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_STDIO_BACKEND_H_
#define CARDCAGE_FRAMEWORK_BACKEND_STDIO_BACKEND_H_

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "framework/backend/char_backend.h"
#include "framework/backend/input_stream.h"
#include "framework/backend/output_stream.h"
#include "framework/backend/terminal.h"
#include "framework/event/event_loop.h"

namespace cardcage {

// `stdio`: the process's standard input and output. Where the input is a terminal its keys go to the
// guest as they are pressed, but for Ctrl-A. One a process.
class StdioBackend final : public CharBackend {
 public:
  struct Events {
    std::function<void()> output_closed;      // on any thread, once: the reader has gone
    std::function<void(uint8_t key)> escape;  // on the loop's thread: the key after Ctrl-A
  };

  // Before the loop runs; the loop outlives the backend. With `script` the guest cannot tell how fast
  // the host is: these bytes are all of its input and there from the start, and output always has room,
  // for which the guest's CPU waits.
  StdioBackend(EventLoop& loop, Events events, std::optional<std::vector<uint8_t>> script);

  size_t Write(std::span<const uint8_t> data) override;
  size_t WriteRoom() override { return script_ ? OutputStream::kCapacity : output_.Room(); }
  size_t Read(std::span<uint8_t> data) override;
  bool Readable() override { return script_ ? script_at_ < script_->size() : input_->Readable(); }
  void Dropped(size_t count) override { dropped_ += count; }

  // Once the guest has stopped: delivers what is held, as long as the reader goes on.
  void Flush(std::chrono::milliseconds patience) { output_.Flush(patience); }

  // Lets go of a CPU that waits for room. Any thread.
  void StopWaiting() { output_.StopWaiting(); }

  // Bytes that the guest wrote although there was no room. Once the guest has stopped.
  uint64_t dropped() const { return dropped_; }
  const OutputStream& output() const { return output_; }
  // The terminal that input comes from, or null.
  RawTerminal* terminal() { return terminal_.get(); }

 private:
  std::unique_ptr<RawTerminal> terminal_;
  EscapeKeys escape_;
  OutputStream output_;
  std::unique_ptr<InputStream> input_;  // where there is no script
  const std::optional<std::vector<uint8_t>> script_;
  size_t script_at_ = 0;
  uint64_t dropped_ = 0;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_STDIO_BACKEND_H_
