// SPDX-License-Identifier: MIT
#include "framework/backend/connection_backend.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace cardcage {

ConnectionBackend::ConnectionBackend(EventLoop& loop)
    : loop_(loop),
      input_(
          loop, [this] { TellListener(); }, [this] { Post(&ConnectionBackend::OnEndOfInput); }) {}

ConnectionBackend::~ConnectionBackend() { Release(); }

// An end is posted: what is told of it may stop or replace the stream that tells it. On the loop's thread,
// or with mutex_ held.
void ConnectionBackend::Post(void (ConnectionBackend::*end)()) {
  loop_.Post([this, end, gone = gone_] {
    if (gone == gone_) (this->*end)();
  });
}

void ConnectionBackend::OpenOutput(int fd) {
  const auto on_end = [this] { Post(&ConnectionBackend::OnEndOfOutput); };
  const std::lock_guard lock(mutex_);
  output_fd_ = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  output_ = std::make_unique<OutputStream>(
      output_fd_, loop_, on_end, [this] { TellListener(); }, on_end);
}

// With mutex_ held.
void ConnectionBackend::CloseOutput() {
  if (output_ == nullptr) return;
  unheard_ += output_->Discard() + output_->lost();
  output_.reset();
  close(std::exchange(output_fd_, -1));
}

void ConnectionBackend::Attach(int fd) {
  if (output_ == nullptr) OpenOutput(fd);
  {
    const std::lock_guard lock(mutex_);
    input_.Start(fd);
    attached_ = true;
  }
  TellListener();
}

void ConnectionBackend::Release() {
  const std::lock_guard lock(mutex_);
  input_.Stop();
  CloseOutput();
  attached_ = false;
  ++gone_;
}

void ConnectionBackend::Detach() {
  Release();
  TellListener();  // there is room again
}

void ConnectionBackend::ForgetHeld() {
  {
    const std::lock_guard lock(mutex_);
    if (Hears()) return;  // it is for who has come since
    const size_t forgotten = output_->Discard();
    if (forgotten == 0) return;
    unheard_ += forgotten;
  }
  TellListener();
}

size_t ConnectionBackend::Write(std::span<const uint8_t> data) {
  const std::lock_guard lock(mutex_);
  if (output_ != nullptr && (attached_ || Hears())) return output_->Write(data);
  unheard_ += data.size();
  return data.size();
}

size_t ConnectionBackend::WriteRoom() {
  const std::lock_guard lock(mutex_);
  return output_ == nullptr ? OutputStream::kCapacity : output_->Room();
}

size_t ConnectionBackend::Read(std::span<uint8_t> data) {
  const std::lock_guard lock(mutex_);
  return input_.Read(data);
}

bool ConnectionBackend::Readable() {
  const std::lock_guard lock(mutex_);
  return input_.Readable();
}

bool ConnectionBackend::FlushOutput(std::chrono::milliseconds patience) {
  if (output_ == nullptr) return true;
  output_->Flush(patience);
  return output_->lost() == 0;
}

OutputReport ConnectionBackend::report() const {
  return {.dropped = dropped(), .unheard = unheard_ + (output_ == nullptr ? 0 : output_->lost())};
}

}  // namespace cardcage
