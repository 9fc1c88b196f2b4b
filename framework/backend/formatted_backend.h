// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_FORMATTED_BACKEND_H_
#define CARDCAGE_FRAMEWORK_BACKEND_FORMATTED_BACKEND_H_

#include <time.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "framework/backend/asciicast_format.h"
#include "framework/backend/char_backend.h"
#include "framework/backend/log_format.h"
#include "framework/backend/output_file.h"

namespace cardcage {

// A file of output in some format, with the host's times since the backend was made. No input.
template <class Format>
class FormattedBackend final : public CharBackend {
 public:
  // See OutputFile::Open().
  static absl::StatusOr<std::unique_ptr<FormattedBackend>> Create(const std::string& path,
                                                                  OutputFile::Options options,
                                                                  EventLoop& loop) {
    auto backend = std::unique_ptr<FormattedBackend>(new FormattedBackend());
    options.spare = Format::kMostBefore + Format::kMostEach;  // too little for a byte
    auto file =
        OutputFile::Open(path, options, loop, [self = backend.get()] { self->TellListener(); });
    if (!file.ok()) return file.status();
    backend->file_ = *std::move(file);
    backend->Put(Format::Begin(time(nullptr)));
    return backend;
  }

  size_t WriteRoom() override {
    const size_t room = file_->Room();
    return room < Format::kMostBefore ? 0 : (room - Format::kMostBefore) / Format::kMostEach;
  }
  size_t Write(std::span<const uint8_t> data) override {
    data = data.first(std::min(data.size(), WriteRoom()));
    Put(format_.Add(data, std::chrono::steady_clock::now() - start_));
    return data.size();
  }
  size_t Read(std::span<uint8_t> /*data*/) override { return 0; }
  bool Readable() override { return false; }
  void Flush(std::chrono::milliseconds patience) override {
    file_->Flush(patience);
    Put(format_.End());
    file_->Flush(patience);
  }
  void StopWaiting() override { file_->StopWaiting(); }
  OutputReport report() const override { return file_->report(dropped()); }

 private:
  FormattedBackend() = default;
  void Put(const std::string& text) {
    if (!text.empty()) file_->Write(text);
  }

  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  Format format_;
  std::unique_ptr<OutputFile> file_;
};

// `log`: lines of output, each with its time.
using LogBackend = FormattedBackend<LogFormat>;
// `asciicast`: a recording of the output for asciinema.
using AsciicastBackend = FormattedBackend<AsciicastFormat>;

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_FORMATTED_BACKEND_H_
