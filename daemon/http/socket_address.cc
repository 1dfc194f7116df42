#include "daemon/http/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string_view>

namespace larder::http {

namespace {

using Ipv6Bytes = std::array<std::uint8_t, 16>;

template <class Address>
Address as(const SocketAddress& address) {
  Address typed{};
  std::memcpy(&typed, &address.storage, sizeof typed);
  return typed;
}

template <class Address>
SocketAddress from(const Address& typed) {
  SocketAddress address;
  std::memcpy(&address.storage, &typed, sizeof typed);
  address.size_bytes = sizeof typed;
  return address;
}

bool is_local_or_metadata_v4(std::uint32_t ip) {
  constexpr std::uint32_t kAzureWireServer = 0xA83F8110;  // 168.63.129.16
  constexpr std::uint32_t kAlibabaMetadata = 0x646464C8;  // 100.100.100.200
  constexpr std::uint32_t kOracleMetadata = 0xC00000C0;   // 192.0.0.192
  const auto first = ip >> 24;
  return first == 0 || first == 127 || first >= 224 || (ip >> 16) == 0xA9FE /* 169.254/16 */ ||
         ip == kAzureWireServer || ip == kAlibabaMetadata || ip == kOracleMetadata;
}

std::uint32_t v4_at(const Ipv6Bytes& ip, std::size_t offset) {
  std::uint32_t v4 = 0;
  for (std::size_t i = 0; i < 4; ++i) v4 = v4 << 8 | ip[offset + i];
  return v4;
}

bool has_prefix(const Ipv6Bytes& ip, std::span<const std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), ip.begin());
}

// The IPv4 address that an IPv6 one is only another spelling of, or is routed to.
std::optional<std::uint32_t> embedded_v4(const Ipv6Bytes& ip) {
  constexpr std::array<std::uint8_t, 12> kCompatible{};  // ::a.b.c.d, :: and ::1 among them
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  constexpr std::array<std::uint8_t, 12> kNat64{0, 0x64, 0xff, 0x9b};  // 64:ff9b::/96
  constexpr std::array<std::uint8_t, 2> k6to4{0x20, 0x02};             // 2002:a.b.c.d::
  if (has_prefix(ip, kCompatible) || has_prefix(ip, kMapped) || has_prefix(ip, kNat64)) {
    return v4_at(ip, 12);
  }
  if (has_prefix(ip, k6to4)) return v4_at(ip, 2);
  return std::nullopt;
}

bool is_local_or_metadata_v6(const Ipv6Bytes& ip) {
  constexpr std::array<std::uint8_t, 4> kAwsMetadata{0xfd, 0x00, 0x0e, 0xc2};     // fd00:ec2::/32
  constexpr std::array<std::uint8_t, 4> kGoogleMetadata{0xfd, 0x20, 0x00, 0xce};  // fd20:ce::/32
  if (const auto v4 = embedded_v4(ip)) return is_local_or_metadata_v4(*v4);
  const bool link_local = ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80;
  const bool multicast = ip[0] == 0xff;
  return link_local || multicast || has_prefix(ip, kAwsMetadata) || has_prefix(ip, kGoogleMetadata);
}

}  // namespace

std::optional<SocketAddress> SocketAddress::parse(const std::string& ip, std::uint16_t port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (::inet_pton(AF_INET, ip.c_str(), &v4.sin_addr) == 1) return from(v4);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (::inet_pton(AF_INET6, ip.c_str(), &v6.sin6_addr) == 1) return from(v6);
  return std::nullopt;
}

std::optional<SocketAddress> SocketAddress::of_unix_path(const std::string& path) {
  sockaddr_un address{};
  if (path.empty() || path.size() >= sizeof address.sun_path) return std::nullopt;
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  return from(address);
}

void SocketAddress::set_port(std::uint16_t port) {
  // The port sits at the same place in both families (RFC 3493).
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  auto typed = as<sockaddr_in6>(*this);
  typed.sin6_port = htons(port);
  std::memcpy(&storage, &typed, sizeof typed);
}

std::string SocketAddress::str() const {
  if (storage.ss_family == AF_UNIX) return as<sockaddr_un>(*this).sun_path;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    const auto v4 = as<sockaddr_in>(*this);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return std::string(text.data()) + ":" + std::to_string(ntohs(v4.sin_port));
  }
  const auto v6 = as<sockaddr_in6>(*this);
  ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  return "[" + std::string(text.data()) + "]:" + std::to_string(ntohs(v6.sin6_port));
}

bool is_local_or_metadata(const SocketAddress& address) {
  if (address.storage.ss_family == AF_INET) {
    return is_local_or_metadata_v4(ntohl(as<sockaddr_in>(address).sin_addr.s_addr));
  }
  Ipv6Bytes ip{};
  const auto v6 = as<sockaddr_in6>(address);
  std::memcpy(ip.data(), &v6.sin6_addr, ip.size());
  return is_local_or_metadata_v6(ip);
}

std::string ip_text(std::string_view bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (bytes.size() != sizeof(in_addr) && bytes.size() != sizeof(in6_addr)) return {};
  const int family = bytes.size() == sizeof(in_addr) ? AF_INET : AF_INET6;
  ::inet_ntop(family, bytes.data(), text.data(), text.size());
  return text.data();
}

}  // namespace larder::http
