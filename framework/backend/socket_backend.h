// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_SOCKET_BACKEND_H_
#define CARDCAGE_FRAMEWORK_BACKEND_SOCKET_BACKEND_H_

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "framework/backend/connection_backend.h"
#include "framework/backend/socket_address.h"

namespace cardcage {

// `unix` and `tcp` that listen: one client at a time; the next one waits until it has gone.
//
// A client that has ended its side may still read (`echo hello | socat - TCP:…`), and over TCP that
// looks as one that has gone: so it keeps the line until a write to it fails, or the next one is there.
class ListeningBackend final : public ConnectionBackend {
 public:
  // A unix socket's file that nobody listens to is replaced; it is removed with the backend. Before the
  // loop runs.
  // Errors: FailedPrecondition where the path is no socket or cannot be made; Unavailable where somebody
  // listens there already, or the host refuses.
  static absl::StatusOr<std::unique_ptr<ListeningBackend>> Create(const SocketAddress& address,
                                                                  EventLoop& loop);
  ~ListeningBackend() override;

  // Where it listens: with the port that the kernel chose.
  const SocketAddress& address() const { return address_; }

 private:
  ListeningBackend(int listener, const SocketAddress& address, EventLoop& loop);
  void OnEndOfInput() override;
  void OnEndOfOutput() override;
  void Accept();
  void CloseClient();

  const int listener_;
  const SocketAddress address_;
  ino_t inode_ = 0;  // of a unix socket's file
  int client_ = -1;
};

// `unix` and `tcp` that connect: again and again, as long as nobody is there. A peer that has ended its
// side, and may still read, keeps the line for the time that a try would wait.
class ConnectingBackend final : public ConnectionBackend {
 public:
  // The time from one try to the next, which doubles.
  struct Pace {
    std::chrono::milliseconds first{1000};
    std::chrono::milliseconds longest{10'000};
  };
  // Reports, for people, the first try in vain, each connection and each end of one. On the loop's
  // thread; must not block.
  using Log = std::function<void(std::string_view line)>;

  // Begins to try. Before the loop runs.
  ConnectingBackend(const SocketAddress& address, EventLoop& loop, Log log, Pace pace);
  ~ConnectingBackend() override;

 private:
  void OnEndOfInput() override;
  void OnEndOfOutput() override { Lose(); }
  void Try();
  void OnTried(int error);
  void TryLater();
  void Lose();

  const SocketAddress address_;
  const Log log_;
  const Pace pace_;
  std::chrono::milliseconds wait_;
  unsigned connections_ = 0;
  bool said_so_ = false;  // that it was in vain, since it last was not
  int socket_ = -1;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_SOCKET_BACKEND_H_
