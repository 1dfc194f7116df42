#include "daemon/config/networks.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

namespace larder::config {

namespace {

using Bytes = std::vector<unsigned char>;

struct Network {
  Bytes address;  // 4 or 16
  std::size_t bits;
};

constexpr std::size_t kPrefixCharsMax = 3;
constexpr std::array<std::string_view, 2> kLoopback{"127.0.0.0/8", "::1/128"};
constexpr std::array<std::string_view, 9> kPrivateNetworks{
    "10.0.0.0/8",     "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8",
    "169.254.0.0/16", "::1/128",       "fc00::/7",       "fe80::/10"};

std::optional<Bytes> parse_ip(std::string_view text) {
  const std::string ip(text);
  Bytes bytes(16);
  if (inet_pton(AF_INET6, ip.c_str(), bytes.data()) == 1) return bytes;
  bytes.resize(4);
  if (inet_pton(AF_INET, ip.c_str(), bytes.data()) == 1) return bytes;
  return std::nullopt;
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos) return std::nullopt;
  auto address = parse_ip(text.substr(0, slash));
  const std::string_view prefix = text.substr(slash + 1);
  std::size_t bits = 0;
  const auto [end, error] = std::from_chars(prefix.data(), prefix.data() + prefix.size(), bits);
  const bool is_number = error == std::errc() && end == prefix.data() + prefix.size();
  const bool is_short = prefix.size() <= kPrefixCharsMax;  // others take no "0008" either
  if (!address || !is_number || !is_short || bits > address->size() * 8) return std::nullopt;
  return Network{*std::move(address), bits};
}

bool bit(const Bytes& bytes, std::size_t number) {
  return (bytes[number / 8] >> (7 - number % 8) & 1) != 0;
}

bool covers(const Network& network, const Bytes& address) {
  if (network.address.size() != address.size()) return false;
  for (std::size_t i = 0; i < network.bits; ++i) {
    if (bit(network.address, i) != bit(address, i)) return false;
  }
  return true;
}

bool is_in(std::span<const std::string_view> networks, const Bytes& address) {
  return std::any_of(networks.begin(), networks.end(), [&](std::string_view network) {
    return covers(*parse_network(network), address);
  });
}

// The host of "10.0.0.1:5050" or "[fd00::1]:5050".
std::string_view host_of(std::string_view address) {
  std::string_view host = address.substr(0, address.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return host;
}

}  // namespace

bool is_ipv6(std::string_view text) {
  const auto address = parse_ip(text);
  return address && address->size() == 16;
}

bool is_network(std::string_view text) {
  return parse_network(text).has_value();
}

bool is_source(std::string_view text) {
  const auto network = parse_network(text);
  if (!network) return parse_ip(text).has_value();
  for (std::size_t i = network->bits; i < network->address.size() * 8; ++i) {
    if (bit(network->address, i)) return false;
  }
  return true;
}

bool is_public_address(std::string_view listen_address) {
  const auto address = parse_ip(host_of(listen_address));
  return address && !is_in(kPrivateNetworks, *address);
}

bool is_local_address(std::string_view listen_address) {
  const auto host = host_of(listen_address);
  if (listen_address.starts_with("unix:") || host == "localhost") return true;
  const auto address = parse_ip(host);
  return address && is_in(kLoopback, *address);
}

}  // namespace larder::config
