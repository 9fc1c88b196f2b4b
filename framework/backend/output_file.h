// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_OUTPUT_FILE_H_
#define CARDCAGE_FRAMEWORK_BACKEND_OUTPUT_FILE_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "framework/backend/char_backend.h"
#include "framework/backend/output_stream.h"
#include "framework/event/event_loop.h"

namespace cardcage {

// A file that a backend writes to, whatever is behind its name: a disk, a FIFO, a terminal.
class OutputFile {
 public:
  struct Options {
    bool append = false;   // else what was there goes
    bool patient = false;  // there is always room, and the writer waits for it
    size_t spare = 0;      // see OutputStream::set_spare()
  };
  // Where the path is empty it is standard error. `on_room` is called as OutputStream says, where it is
  // not patient. Before the loop runs; the loop outlives it.
  // Errors: FailedPrecondition with the path and the reason.
  static absl::StatusOr<std::unique_ptr<OutputFile>> Open(const std::string& path, Options options,
                                                          EventLoop& loop,
                                                          std::function<void()> on_room);
  ~OutputFile();

  // As OutputStream has it. Any thread.
  size_t Write(std::string_view data);
  size_t Room() const { return options_.patient ? OutputStream::kCapacity : stream_->Room(); }
  void StopWaiting() { stream_->StopWaiting(); }
  void Flush(std::chrono::milliseconds patience) { stream_->Flush(patience); }
  // With what a backend counts itself.
  OutputReport report(uint64_t dropped) const {
    return {.dropped = dropped, .lost = stream_->lost(), .error = stream_->error()};
  }

 private:
  OutputFile(int fd, Options options, EventLoop& loop, std::function<void()> on_room);

  const int fd_;
  const Options options_;
  std::unique_ptr<OutputStream> stream_;  // goes before its descriptor
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_OUTPUT_FILE_H_
