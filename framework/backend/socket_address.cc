// SPDX-License-Identifier: MIT
#include "framework/backend/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <charconv>
#include <cstring>
#include <optional>

#include "absl/strings/str_cat.h"

namespace cardcage {
namespace {

std::optional<uint16_t> ParsePort(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool ok = error == std::errc() && end == text.data() + text.size() && !text.empty();
  return ok ? std::optional(port) : std::nullopt;
}

}  // namespace

absl::StatusOr<SocketAddress> SocketAddress::Unix(std::string_view path) {
  sockaddr_un name{.sun_family = AF_UNIX, .sun_path = {}};
  constexpr size_t kMost = sizeof(name.sun_path) - 1;
  if (path.size() > kMost) {
    return absl::InvalidArgumentError(
        absl::StrCat("the path of a socket has at most ", kMost, " bytes: ", std::string(path)));
  }
  std::memcpy(name.sun_path, path.data(), path.size());
  SocketAddress address;
  std::memcpy(&address.storage_, &name, sizeof(name));
  address.size_ = sizeof(name);
  return address;
}

absl::StatusOr<SocketAddress> SocketAddress::Tcp(std::string_view text) {
  const size_t colon = text.rfind(':');
  const bool has_host = colon != std::string_view::npos;
  const std::string host(has_host ? text.substr(0, colon) : "127.0.0.1");
  const auto port = ParsePort(has_host ? text.substr(colon + 1) : text);
  if (!port) {
    return absl::InvalidArgumentError(absl::StrCat("no port: ", std::string(text)));
  }
  SocketAddress address;
  sockaddr_in v4{.sin_family = AF_INET, .sin_port = htons(*port), .sin_addr = {}, .sin_zero = {}};
  if (host == "[::1]") {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(*port);
    v6.sin6_addr = in6addr_loopback;
    std::memcpy(&address.storage_, &v6, sizeof(v6));
    address.size_ = sizeof(v6);
    return address;
  }
  if (inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host.c_str(), &v4.sin_addr) != 1 ||
      ntohl(v4.sin_addr.s_addr) >> 24 != 127) {
    return absl::InvalidArgumentError(absl::StrCat(
        "`", host,
        "` is not this host's loopback: what is sent over TCP is neither encrypted nor "
        "asks who is there"));
  }
  std::memcpy(&address.storage_, &v4, sizeof(v4));
  address.size_ = sizeof(v4);
  return address;
}

SocketAddress SocketAddress::Of(int socket) {
  SocketAddress address;
  address.size_ = sizeof(address.storage_);
  getsockname(socket, reinterpret_cast<sockaddr*>(&address.storage_), &address.size_);
  return address;
}

std::string SocketAddress::path() const {
  sockaddr_un name{};
  std::memcpy(&name, &storage_, sizeof(name));
  return name.sun_path;
}

int SocketAddress::port() const {
  sockaddr_in name{};  // the port is in the same place in IPv6's
  std::memcpy(&name, &storage_, sizeof(name));
  return ntohs(name.sin_port);
}

std::string SocketAddress::Text() const {
  if (is_unix()) return path();
  if (family() == AF_INET6) return absl::StrCat("[::1]:", port());
  sockaddr_in name{};
  std::memcpy(&name, &storage_, sizeof(name));
  char host[INET_ADDRSTRLEN] = {};
  inet_ntop(AF_INET, &name.sin_addr, host, sizeof(host));
  return absl::StrCat(host, ":", port());
}

}  // namespace cardcage
