// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_SOCKET_ADDRESS_H_
#define CARDCAGE_FRAMEWORK_BACKEND_SOCKET_ADDRESS_H_

#include <sys/socket.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace cardcage {

// Where a stream socket listens or connects to: a path, or a port of this host's own loopback.
class SocketAddress {
 public:
  SocketAddress() = default;
  // Errors: InvalidArgument where a socket's address has no room for the path.
  static absl::StatusOr<SocketAddress> Unix(std::string_view path);
  // `5000`, `127.0.0.1:5000`, `localhost:5000` or `[::1]:5000`.
  // Errors: InvalidArgument with the reason; also for an address that other hosts could reach.
  static absl::StatusOr<SocketAddress> Tcp(std::string_view text);
  // That a socket has taken.
  static SocketAddress Of(int socket);

  int family() const { return storage_.ss_family; }
  bool is_unix() const { return family() == AF_UNIX; }
  // Of a unix socket.
  std::string path() const;
  // Of a TCP socket; 0 is whichever the kernel chooses.
  int port() const;
  // As people write it.
  std::string Text() const;

  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_SOCKET_ADDRESS_H_
