// SPDX-License-Identifier: MIT
#include "framework/backend/output_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace cardcage {

OutputStream::OutputStream(int fd, EventLoop& loop, std::function<void()> on_closed,
                           std::function<void()> on_room, std::function<void()> on_hang_up)
    : original_(fd),
      fd_(fd),
      loop_(loop),
      on_closed_(std::move(on_closed)),
      on_room_(std::move(on_room)),
      on_hang_up_(std::move(on_hang_up)) {
  ChooseWay();
  watched_ = loop_.Watch(fd_, 0, [this](uint32_t events) { OnReady(events); }).ok();
}

OutputStream::~OutputStream() {
  if (watched_) loop_.Unwatch(fd_);
  if (fd_ != original_) close(fd_);
}

void OutputStream::ChooseWay() {
  struct stat info {};
  const int flags = fcntl(fd_, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY || fstat(fd_, &info) != 0 ||
      S_ISREG(info.st_mode) || S_ISBLK(info.st_mode)) {
    way_ = Way::kFile;  // the first two fail at the first write, which is where it is told
  } else if (S_ISSOCK(info.st_mode)) {
    way_ = Way::kSocket;
  } else if (int number = 0; ioctl(fd_, TIOCGPTN, &number) == 0) {
    // A pty's master: opened anew, it would be another pty.
    way_ = (flags & O_NONBLOCK) != 0 ? Way::kOwn : Way::kPoll;
  } else {
    // Fails for a pipe whose reader has gone, and for a terminal of another user.
    const int own = open(absl::StrCat("/proc/self/fd/", fd_).c_str(),
                         O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (own >= 0) {
      fd_ = own;
      way_ = Way::kOwn;
    } else {
      way_ = Way::kPoll;
      poll_chunk_ = S_ISFIFO(info.st_mode) ? PIPE_BUF : 1;
    }
  }
}

void OutputStream::OnReady(uint32_t events) {
  const bool was_full = Room() <= spare_;
  if (Drain(events)) {
    loop_.Rearm(fd_, EPOLLOUT);
  } else if (Room() < kCapacity && on_hang_up_) {
    on_hang_up_();
  }
  // Without the lock: who is told may write.
  if (was_full && Room() > spare_ && on_room_) on_room_();
}

ssize_t OutputStream::WriteOnce(std::span<const uint8_t> data) {
  if (way_ == Way::kSocket) return send(fd_, data.data(), data.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (way_ == Way::kPoll) {
    // POLLOUT on a pipe promises room for PIPE_BUF bytes (pipe(7)), on anything else for one.
    pollfd ready{.fd = fd_, .events = POLLOUT, .revents = 0};
    if (poll(&ready, 1, 0) <= 0) {
      errno = EAGAIN;
      return -1;
    }
    // Hung up, and no room: a write would wait for ever.
    if ((ready.revents & (POLLOUT | POLLERR)) == 0) {
      errno = EIO;
      return -1;
    }
    data = data.first(std::min(data.size(), poll_chunk_));
  }
  return write(fd_, data.data(), data.size());
}

size_t OutputStream::WriteSome(std::span<const uint8_t> data) {
  size_t done = 0;
  while (done < data.size()) {
    const ssize_t written = WriteOnce(data.subspan(done));
    if (written > 0) {
      done += static_cast<size_t>(written);
    } else if (written == 0 || errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      int none = 0;  // the first error stays
      error_.compare_exchange_strong(none, errno, std::memory_order_relaxed);
      const bool gone = errno == EPIPE || errno == ECONNRESET;
      if (gone && !closed_ && on_closed_) on_closed_();
      closed_ = closed_ || gone;
      lost_.fetch_add(data.size() - done, std::memory_order_relaxed);
      return data.size();
    }
  }
  return done;
}

size_t OutputStream::Write(std::span<const uint8_t> data) {
  const std::lock_guard lock(mutex_);
  size_t held = held_size_.load(std::memory_order_relaxed);
  const size_t written = held == 0 ? WriteSome(data) : 0;
  const auto rest = data.subspan(written).first(std::min(data.size() - written, kCapacity - held));
  if (rest.empty()) return written;

  if (held_ == nullptr) held_ = std::make_unique_for_overwrite<uint8_t[]>(kCapacity);
  const size_t begin = (held_begin_ + held) % kCapacity;
  const size_t first = std::min(rest.size(), kCapacity - begin);
  std::memcpy(held_.get() + begin, rest.data(), first);
  std::memcpy(held_.get(), rest.data() + first, rest.size() - first);
  held_size_.store(held + rest.size(), std::memory_order_release);
  if (held == 0 && watched_) loop_.Rearm(fd_, EPOLLOUT);
  return written + rest.size();
}

void OutputStream::WriteAll(std::span<const uint8_t> data) {
  // Long enough to cost nothing, short enough for an end that somebody waits for.
  constexpr int kPatience = 20;  // ms
  for (;;) {
    data = data.subspan(Write(data));
    if (data.empty()) return;
    if (!waits_.load()) break;
    pollfd ready{.fd = fd_, .events = POLLOUT, .revents = 0};
    if (poll(&ready, 1, kPatience) > 0 && !Drain(static_cast<uint32_t>(ready.revents)) &&
        Room() == 0) {
      break;
    }
  }
  lost_.fetch_add(data.size(), std::memory_order_relaxed);
}

bool OutputStream::Drain(uint32_t events) {
  const std::lock_guard lock(mutex_);
  const size_t before = held_size_.load(std::memory_order_relaxed);
  size_t held = before;
  while (held > 0) {
    const size_t run = std::min(held, kCapacity - held_begin_);
    const size_t done = WriteSome({held_.get() + held_begin_, run});
    held_begin_ = (held_begin_ + done) % kCapacity;
    held -= done;
    held_size_.store(held, std::memory_order_release);
    if (done < run) break;
  }
  // A terminal that hung up takes nothing more and says so for ever: that is not worth waiting for.
  const bool hopeless = held == before && (events & (EPOLLHUP | EPOLLERR)) != 0;
  return held > 0 && !hopeless;
}

size_t OutputStream::Discard() {
  const std::lock_guard lock(mutex_);
  return held_size_.exchange(0);
}

void OutputStream::Flush(std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  auto deadline = Clock::now() + patience;
  for (size_t left = held_size_; left > 0;) {
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (wait.count() <= 0) break;
    pollfd ready{.fd = fd_, .events = POLLOUT, .revents = 0};
    if (poll(&ready, 1, static_cast<int>(wait.count())) > 0) {
      // The bits of poll and of epoll are the same.
      if (!Drain(static_cast<uint32_t>(ready.revents))) break;
    }
    if (held_size_ < left) deadline = Clock::now() + patience;
    left = held_size_;
  }
  const std::lock_guard lock(mutex_);
  lost_.fetch_add(held_size_.exchange(0), std::memory_order_relaxed);
}

}  // namespace cardcage
