// An IP address and port, or a unix socket's path, and the question whether a peer's word may lead
// us there.
//
// Thread-safety: a value. Blocks: no.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace larder::http {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size_bytes = 0;

  // A literal IPv4 or IPv6 address (no brackets); nothing for anything else.
  static std::optional<SocketAddress> parse(const std::string& ip, std::uint16_t port);

  // A unix socket; nothing for an empty path or one too long for an address.
  static std::optional<SocketAddress> of_unix_path(const std::string& path);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  void set_port(std::uint16_t port);  // Requires: an IP address
  std::string str() const;            // "10.0.0.1:443", "[2001:db8::1]:443", "/run/x.sock"
};

// Loopback, unspecified, link-local, multicast and reserved addresses, the metadata services of
// clouds outside the link-local range, and IPv6 addresses that stand for such an IPv4 one.
bool is_local_or_metadata(const SocketAddress& address);

// "10.0.0.1", "2001:db8::1" from 4 or 16 bytes; empty for any other number of them.
std::string ip_text(std::string_view bytes);

}  // namespace larder::http
