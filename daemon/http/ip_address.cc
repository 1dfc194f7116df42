#include "daemon/http/ip_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace larder::http {

namespace {

constexpr std::size_t kAddressCharsMax = INET6_ADDRSTRLEN;  // with its NUL
constexpr unsigned kV4PrefixBits = 96;                      // ::ffff:0:0/96

std::uint64_t number_at(const in6_addr& address, std::size_t offset) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | address.s6_addr[offset + i];
  return number;
}

IpAddress mapped(const in_addr& v4) {
  return {0, std::uint64_t{0xffff} << 32 | ntohl(v4.s_addr)};
}

std::uint64_t top_bits(unsigned count) {
  return count == 0 ? 0 : ~std::uint64_t{0} << (64 - count);
}

IpAddress mask_of(unsigned bits) {
  return bits <= 64 ? IpAddress{top_bits(bits), 0}
                    : IpAddress{~std::uint64_t{0}, top_bits(bits - 64)};
}

// Decimal digits only; more than 128 for anything else.
unsigned parse_bits(std::string_view text) {
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole && text.size() <= 3 ? bits : 1000;
}

Error expected_block() {
  return {Errc::invalid, "an address or a block such as 10.0.0.0/8 or 2001:db8::/32"};
}

}  // namespace

std::optional<IpAddress> parse_address(std::string_view text) {
  std::array<char, kAddressCharsMax> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != text.npos) return std::nullopt;
  std::memcpy(terminated.data(), text.data(), text.size());
  in_addr v4{};
  if (::inet_pton(AF_INET, terminated.data(), &v4) == 1) {
    return mapped(v4);
  }
  in6_addr v6{};
  if (::inet_pton(AF_INET6, terminated.data(), &v6) != 1) return std::nullopt;
  return IpAddress{number_at(v6, 0), number_at(v6, 8)};
}

std::optional<IpAddress> address_of(const SocketAddress& peer) {
  if (peer.storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &peer.storage, sizeof v4);
    return mapped(v4.sin_addr);
  }
  if (peer.storage.ss_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &peer.storage, sizeof v6);
  return IpAddress{number_at(v6.sin6_addr, 0), number_at(v6.sin6_addr, 8)};
}

std::optional<IpAddress> address_of_peer(std::string_view peer) {
  std::string_view host = peer.substr(0, peer.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return parse_address(host);
}

std::string to_string(const IpAddress& address) {
  std::array<char, kAddressCharsMax> text{};
  if (address.is_v4()) {
    const in_addr v4{htonl(static_cast<std::uint32_t>(address.low))};
    return ::inet_ntop(AF_INET, &v4, text.data(), text.size());
  }
  in6_addr v6{};
  for (unsigned i = 0; i < 8; ++i) {
    v6.s6_addr[i] = static_cast<std::uint8_t>(address.high >> (56 - 8 * i));
    v6.s6_addr[8 + i] = static_cast<std::uint8_t>(address.low >> (56 - 8 * i));
  }
  return ::inet_ntop(AF_INET6, &v6, text.data(), text.size());
}

Result<IpBlock> IpBlock::parse(std::string_view text, StrayBits stray) {
  const std::size_t slash = text.find('/');
  const auto base = parse_address(text.substr(0, slash));
  if (!base) return expected_block();
  const bool is_v4_text = text.substr(0, slash).find(':') == text.npos;
  unsigned bits = 128;
  if (slash != text.npos) {
    bits = parse_bits(text.substr(slash + 1)) + (is_v4_text ? kV4PrefixBits : 0);
  }
  if (bits > 128) return expected_block();
  const IpAddress mask = mask_of(bits);
  const IpAddress first{base->high & mask.high, base->low & mask.low};
  if (stray == StrayBits::refused && first != *base) {
    return Error{Errc::invalid, "a block without bits beyond its prefix"};
  }
  return IpBlock(first, mask);
}

bool any_contains(std::span<const IpBlock> blocks, const IpAddress& address) {
  return std::any_of(blocks.begin(), blocks.end(),
                     [&](const IpBlock& block) { return block.contains(address); });
}

}  // namespace larder::http
