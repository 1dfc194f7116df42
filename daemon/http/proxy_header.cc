#include "daemon/http/proxy_header.h"

#include <netinet/in.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

namespace larder::http {

namespace {

// Signature; version and command; family and protocol; length of what follows.
constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kFixedBytes = 16;
constexpr std::size_t kCommandAt = 12;
constexpr std::size_t kFamilyAt = 13;
constexpr std::size_t kLengthAt = 14;

constexpr unsigned kVersion2 = 0x20;
constexpr unsigned kLocal = kVersion2;
constexpr unsigned kProxy = kVersion2 | 1;
constexpr unsigned kTcp4 = 0x11;
constexpr unsigned kTcp6 = 0x21;

constexpr std::size_t kExtensionHeadBytes = 3;  // type, length

Error invalid(const char* why) {
  return {Errc::invalid, std::string("PROXY header: ") + why};
}

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::size_t number_at(std::string_view bytes, std::size_t at) {
  return byte_at(bytes, at) << 8 | byte_at(bytes, at + 1);
}

// Source address, destination address, source port, destination port.
template <class Address>
constexpr std::size_t kAddressesBytes = 2 * sizeof(Address) + 4;

std::optional<SocketAddress> source_v4(std::string_view bytes) {
  if (bytes.size() < kAddressesBytes<in_addr>) return std::nullopt;
  const auto ip = ip_text(bytes.substr(0, sizeof(in_addr)));
  return SocketAddress::parse(ip, static_cast<std::uint16_t>(number_at(bytes, 8)));
}

std::optional<SocketAddress> source_v6(std::string_view bytes) {
  if (bytes.size() < kAddressesBytes<in6_addr>) return std::nullopt;
  const auto ip = ip_text(bytes.substr(0, sizeof(in6_addr)));
  return SocketAddress::parse(ip, static_cast<std::uint16_t>(number_at(bytes, 32)));
}

bool are_extensions(std::string_view bytes) {
  while (bytes.size() >= kExtensionHeadBytes) {
    const auto size = kExtensionHeadBytes + number_at(bytes, 1);
    if (size > bytes.size()) return false;
    bytes.remove_prefix(size);
  }
  return bytes.empty();
}

}  // namespace

Result<std::size_t> proxy_header_bytes(std::string_view received) {
  const auto begun = std::min(received.size(), kSignature.size());
  if (received.substr(0, begun) != kSignature.substr(0, begun)) return invalid("no signature");
  if (received.size() < kFixedBytes) return kFixedBytes;
  const auto size = kFixedBytes + number_at(received, kLengthAt);
  if (size > kProxyHeaderBytesMax) return invalid("too long");
  return size;
}

Result<ProxyHeader> parse_proxy_header(std::string_view header) {
  const auto size = proxy_header_bytes(header);
  if (!size) return size.error();
  if (header.size() != *size) return invalid("not as long as it says");
  const auto rest = header.substr(kFixedBytes);
  // What a proxy says of itself is nobody's address.
  if (byte_at(header, kCommandAt) == kLocal) return ProxyHeader{};
  if (byte_at(header, kCommandAt) != kProxy) return invalid("unknown version or command");

  const auto family = byte_at(header, kFamilyAt);
  if (family != kTcp4 && family != kTcp6) return invalid("the client did not come by TCP");
  const auto source = family == kTcp4 ? source_v4(rest) : source_v6(rest);
  if (!source) return invalid("too short for its addresses");
  const auto addresses = family == kTcp4 ? kAddressesBytes<in_addr> : kAddressesBytes<in6_addr>;
  if (!are_extensions(rest.substr(addresses))) return invalid("an extension does not end");
  return ProxyHeader{*source};
}

}  // namespace larder::http
