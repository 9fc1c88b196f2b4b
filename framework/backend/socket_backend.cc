// SPDX-License-Identifier: MIT
#include "framework/backend/socket_backend.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace cardcage {
namespace {

constexpr int kStream = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
constexpr int kBacklog = 8;
constexpr std::chrono::milliseconds kAcceptAgain{100};

// Makes way for a unix socket where an old one stands that nobody listens to any more.
absl::Status RemoveStale(const SocketAddress& address) {
  const std::string path = address.path();
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return absl::OkStatus();
  if (!S_ISSOCK(info.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " exists and is no socket: it is left as it is"));
  }
  const int probe = socket(AF_UNIX, kStream, 0);
  const int error = connect(probe, address.data(), address.size()) == 0 ? 0 : errno;
  close(probe);
  if (error != ECONNREFUSED) {
    return absl::UnavailableError(absl::StrCat(path, ": somebody listens there already"));
  }
  unlink(path.c_str());
  return absl::OkStatus();
}

absl::Status BindError(const SocketAddress& address, int error) {
  const std::string why = absl::StrCat(address.Text(), ": ", strerror(error));
  const bool is_path = address.is_unix() && error != EADDRINUSE;
  return is_path ? absl::FailedPreconditionError(why) : absl::UnavailableError(why);
}

ino_t InodeOf(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

// A byte at a time is how a serial line sends: none shall wait for more.
void SendAtOnce(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

bool IsHungUp(int fd) {
  pollfd ready{.fd = fd, .events = 0, .revents = 0};
  return poll(&ready, 1, 0) > 0 && (ready.revents & (POLLHUP | POLLERR)) != 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ListeningBackend>> ListeningBackend::Create(
    const SocketAddress& address, EventLoop& loop) {
  if (address.is_unix()) {
    if (absl::Status status = RemoveStale(address); !status.ok()) return status;
  }
  const int listener = socket(address.family(), kStream, 0);
  const int on = 1;
  if (!address.is_unix()) setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (listener < 0 || bind(listener, address.data(), address.size()) != 0 ||
      listen(listener, kBacklog) != 0) {
    const int error = errno;
    if (listener >= 0) close(listener);
    return BindError(address, error);
  }
  const SocketAddress bound = address.is_unix() ? address : SocketAddress::Of(listener);
  return std::unique_ptr<ListeningBackend>(new ListeningBackend(listener, bound, loop));
}

ListeningBackend::ListeningBackend(int listener, const SocketAddress& address, EventLoop& loop)
    : ConnectionBackend(loop),
      listener_(listener),
      address_(address),
      inode_(address.is_unix() ? InodeOf(address.path()) : 0) {
  (void)loop.Watch(listener_, EPOLLIN, [this](uint32_t) { Accept(); });
}

ListeningBackend::~ListeningBackend() {
  Release();
  if (client_ >= 0) close(client_);
  loop().Unwatch(listener_);
  close(listener_);
  // Unless somebody else has put another one there.
  if (inode_ != 0 && InodeOf(address_.path()) == inode_) unlink(address_.path().c_str());
}

void ListeningBackend::CloseClient() {
  Detach();
  if (client_ >= 0) close(std::exchange(client_, -1));
}

// The listener is watched only while the line is free for the next one.
void ListeningBackend::Accept() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (client < 0) {  // it has gone again, or no descriptor is left: then it would be told at once
    loop().CallAt(EventLoop::Clock::now() + kAcceptAgain,
                  [this] { loop().Rearm(listener_, EPOLLIN); });
    return;
  }
  CloseClient();
  if (!address_.is_unix()) SendAtOnce(client);
  client_ = client;
  Attach(client_);
}

void ListeningBackend::OnEndOfInput() {
  if (client_ >= 0 && IsHungUp(client_)) CloseClient();
  loop().Rearm(listener_, EPOLLIN);
}

void ListeningBackend::OnEndOfOutput() {
  CloseClient();
  loop().Rearm(listener_, EPOLLIN);
}

ConnectingBackend::ConnectingBackend(const SocketAddress& address, EventLoop& loop, Log log,
                                     Pace pace)
    : ConnectionBackend(loop),
      address_(address),
      log_(std::move(log)),
      pace_(pace),
      wait_(pace.first) {
  Try();
}

ConnectingBackend::~ConnectingBackend() {
  Release();
  if (socket_ < 0) return;
  loop().Unwatch(socket_);
  close(socket_);
}

void ConnectingBackend::Try() {
  socket_ = socket(address_.family(), kStream, 0);
  const int error = connect(socket_, address_.data(), address_.size()) == 0 ? 0 : errno;
  if (error != EINPROGRESS) {
    OnTried(error);
    return;
  }
  (void)loop().Watch(socket_, EPOLLOUT, [this](uint32_t) {
    int result = 0;
    socklen_t size = sizeof(result);
    getsockopt(socket_, SOL_SOCKET, SO_ERROR, &result, &size);
    loop().Unwatch(socket_);
    OnTried(result);
  });
}

void ConnectingBackend::OnTried(int error) {
  if (error == 0) {
    log_(absl::StrCat("connected to ", address_.Text()));
    wait_ = pace_.first;
    said_so_ = false;
    ++connections_;
    if (!address_.is_unix()) SendAtOnce(socket_);
    Attach(socket_);
    return;
  }
  if (!said_so_) {
    log_(
        absl::StrCat(address_.Text(), ": ", strerror(error), "; it is tried again until it works"));
  }
  said_so_ = true;
  TryLater();
}

void ConnectingBackend::TryLater() {
  if (socket_ >= 0) close(std::exchange(socket_, -1));
  loop().CallAt(EventLoop::Clock::now() + wait_, [this] { Try(); });
  wait_ = std::min(wait_ * 2, pace_.longest);
}

void ConnectingBackend::OnEndOfInput() {
  if (IsHungUp(socket_)) {
    Lose();
    return;
  }
  loop().CallAt(EventLoop::Clock::now() + wait_, [this, which = connections_] {
    if (which == connections_) Lose();
  });
}

void ConnectingBackend::Lose() {
  if (!attached()) return;
  Detach();
  log_(absl::StrCat("disconnected from ", address_.Text()));
  said_so_ = true;
  TryLater();
}

}  // namespace cardcage
