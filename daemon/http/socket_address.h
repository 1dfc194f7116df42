// An IP address and port, and the question whether a peer's word may lead us there.
//
// Thread-safety: a value. Blocks: no.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

namespace larder::http {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size_bytes = 0;

  // A literal IPv4 or IPv6 address (no brackets); nothing for anything else.
  static std::optional<SocketAddress> parse(const std::string& ip, std::uint16_t port);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  void set_port(std::uint16_t port);
  std::string str() const;  // "10.0.0.1:443", "[2001:db8::1]:443"
};

// Loopback, unspecified, link-local, multicast and reserved addresses, the metadata services of
// clouds outside the link-local range, and IPv6 addresses that stand for such an IPv4 one.
bool is_local_or_metadata(const SocketAddress& address);

}  // namespace larder::http
