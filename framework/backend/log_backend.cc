// SPDX-License-Identifier: MIT
#include "framework/backend/log_backend.h"

#include <algorithm>

namespace cardcage {

absl::StatusOr<std::unique_ptr<LogBackend>> LogBackend::Create(const std::string& path,
                                                               OutputFile::Options options,
                                                               EventLoop& loop) {
  auto backend = std::unique_ptr<LogBackend>(new LogBackend());
  options.spare = LogFormat::kMostBefore + LogFormat::kMostEach;  // too little for a byte
  auto file =
      OutputFile::Open(path, options, loop, [self = backend.get()] { self->TellListener(); });
  if (!file.ok()) return file.status();
  backend->file_ = *std::move(file);
  return backend;
}

size_t LogBackend::WriteRoom() {
  const size_t room = file_->Room();
  return room < LogFormat::kMostBefore ? 0 : (room - LogFormat::kMostBefore) / LogFormat::kMostEach;
}

size_t LogBackend::Write(std::span<const uint8_t> data) {
  data = data.first(std::min(data.size(), WriteRoom()));
  const std::string lines = format_.Add(data, std::chrono::steady_clock::now() - start_);
  if (!lines.empty()) file_->Write(lines);
  return data.size();
}

void LogBackend::Flush(std::chrono::milliseconds patience) {
  file_->Flush(patience);
  file_->Write(format_.End());
  file_->Flush(patience);
}

}  // namespace cardcage
