// SPDX-License-Identifier: MIT
#include "framework/backend/asciicast_backend.h"

#include <time.h>

#include <algorithm>

namespace cardcage {
namespace {

// Of a terminal where nobody says otherwise; a serial line has no size.
constexpr int kWidth = 80;
constexpr int kHeight = 24;

}  // namespace

absl::StatusOr<std::unique_ptr<AsciicastBackend>> AsciicastBackend::Create(
    const std::string& path, OutputFile::Options options, EventLoop& loop) {
  auto backend = std::unique_ptr<AsciicastBackend>(new AsciicastBackend());
  options.spare =
      AsciicastFormat::kMostBefore + AsciicastFormat::kMostEach;  // too little for a byte
  auto file =
      OutputFile::Open(path, options, loop, [self = backend.get()] { self->TellListener(); });
  if (!file.ok()) return file.status();
  backend->file_ = *std::move(file);
  backend->file_->Write(AsciicastFormat::Header(kWidth, kHeight, time(nullptr)));
  return backend;
}

size_t AsciicastBackend::WriteRoom() {
  const size_t room = file_->Room();
  return room < AsciicastFormat::kMostBefore
             ? 0
             : (room - AsciicastFormat::kMostBefore) / AsciicastFormat::kMostEach;
}

size_t AsciicastBackend::Write(std::span<const uint8_t> data) {
  data = data.first(std::min(data.size(), WriteRoom()));
  const std::string events = format_.Add(data, std::chrono::steady_clock::now() - start_);
  if (!events.empty()) file_->Write(events);
  return data.size();
}

void AsciicastBackend::Flush(std::chrono::milliseconds patience) {
  file_->Flush(patience);
  file_->Write(format_.End());
  file_->Flush(patience);
}

}  // namespace cardcage
