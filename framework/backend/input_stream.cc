// SPDX-License-Identifier: MIT
#include "framework/backend/input_stream.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>

namespace cardcage {

InputStream::InputStream(int fd, EventLoop& loop, Filter filter, std::function<void()> on_input,
                         std::function<void()> on_end)
    : loop_(loop),
      filter_(std::move(filter)),
      on_input_(std::move(on_input)),
      on_end_(std::move(on_end)) {
  Start(fd);
}

InputStream::InputStream(EventLoop& loop, std::function<void()> on_input,
                         std::function<void()> on_end)
    : loop_(loop), on_input_(std::move(on_input)), on_end_(std::move(on_end)) {}

InputStream::~InputStream() { Stop(); }

void InputStream::Start(int fd) {
  Stop();
  fd_ = fd;
  ended_ = false;
  full_ = false;
  const absl::Status watch = loop_.Watch(fd_, EPOLLIN, [this](uint32_t) { Fill(); });
  watched_ = watch.ok();
  // A regular file can always be read: there is nothing to wait for.
  if (watch.code() == absl::StatusCode::kFailedPrecondition) WaitForMore();
}

void InputStream::Stop() {
  if (watched_) loop_.Unwatch(fd_);
  watched_ = false;
  ended_ = true;
  full_ = false;
}

void InputStream::WaitForMore() {
  if (watched_) {
    loop_.Rearm(fd_, EPOLLIN);
  } else {
    loop_.Post([this] { Fill(); });
  }
}

void InputStream::Fill() {
  if (ended_) return;
  const size_t tail = tail_.load(std::memory_order_relaxed);
  const size_t used = tail - head_.load(std::memory_order_acquire);
  if (used == kCapacity) {
    full_.store(true);
    // The reader may have made room before it could see that; both orders are sequentially
    // consistent, so one of the two sees the other.
    if (tail - head_.load() == kCapacity || !full_.exchange(false)) return;
  }
  std::array<uint8_t, 512> buffer;
  const size_t room = std::min(buffer.size(), kCapacity - (tail - head_.load()));
  ssize_t got = 0;
  do {
    got = read(fd_, buffer.data(), room);
  } while (got < 0 && errno == EINTR);
  if (got > 0) {
    std::span<uint8_t> data(buffer.data(), static_cast<size_t>(got));
    if (filter_) data = data.first(filter_(data));
    for (size_t i = 0; i < data.size(); ++i) ring_[(tail + i) % kCapacity] = data[i];
    tail_.store(tail + data.size(), std::memory_order_release);
    if (!data.empty() && on_input_) on_input_();
  } else if (got == 0 || errno != EAGAIN) {
    ended_ = true;
    if (on_end_) on_end_();
    return;
  }
  WaitForMore();
}

size_t InputStream::Read(std::span<uint8_t> data) {
  const size_t head = head_.load(std::memory_order_relaxed);
  const size_t used = tail_.load(std::memory_order_acquire) - head;
  const size_t count = std::min(used, data.size());
  if (count == 0) return 0;
  for (size_t i = 0; i < count; ++i) data[i] = ring_[(head + i) % kCapacity];
  // In the order that Fill() counts on: first room, then whether the loop waits for it.
  head_.store(head + count);
  if (full_.load() && full_.exchange(false)) WaitForMore();
  return count;
}

}  // namespace cardcage
