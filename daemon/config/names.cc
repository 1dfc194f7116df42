#include "daemon/config/names.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>

namespace larder::config {

namespace {

constexpr std::size_t kHostCharsMax = 253;      // RFC 1035
constexpr std::size_t kInterfaceCharsMax = 15;  // IFNAMSIZ without its NUL
constexpr std::size_t kUnixPathCharsMax = sizeof(sockaddr_un::sun_path) - 1;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::optional<unsigned> port_of(std::string_view text) {
  unsigned port = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, port);
  if (text.size() > 5 || error != std::errc() || end != last || port > 65535) return std::nullopt;
  return port;
}

// One label of a host name, or of a pattern. "_" is not a host's by the book, but DNS serves it.
bool is_label(std::string_view label, bool stars) {
  const auto fits = [stars](char c) {
    return is_alphanumeric(c) || c == '-' || c == '_' || (stars && c == '*');
  };
  return !label.empty() && label.size() <= 63 && std::all_of(label.begin(), label.end(), fits) &&
         label.front() != '-' && label.back() != '-' && label.find("**") == label.npos;
}

bool is_host_name(std::string_view text, bool stars) {
  if (text.size() > kHostCharsMax) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot), stars)) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_ipv6(std::string_view text) {
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

bool is_host(std::string_view text, bool stars) {
  if (text.starts_with('[')) {
    return text.ends_with(']') && is_ipv6(text.substr(1, text.size() - 2));
  }
  return is_host_name(text, stars);
}

struct HostPort {
  std::string_view host;
  std::optional<std::string_view> port;
};

// Splits at the last colon that is not inside brackets.
HostPort split_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const std::size_t bracket = text.rfind(']');
  if (colon == text.npos || (bracket != text.npos && colon < bracket)) return {text, std::nullopt};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

bool is_host_with_optional_port(std::string_view text, bool stars) {
  const HostPort parts = split_port(text);
  if (!is_host(parts.host, stars)) return false;
  return !parts.port || port_of(*parts.port).value_or(0) > 0;
}

bool is_interface_name(std::string_view name) {
  const auto fits = [](char c) { return c > ' ' && c < '\x7f' && c != '/' && c != ':'; };
  return !name.empty() && name.size() <= kInterfaceCharsMax && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), fits);
}

}  // namespace

bool is_socket_path(std::string_view text) {
  return text.size() > 1 && text.size() <= kUnixPathCharsMax && text.starts_with('/') &&
         !text.ends_with('/');
}

bool is_listen_address(std::string_view text) {
  if (text.starts_with("unix:")) return is_socket_path(text.substr(5));
  const HostPort parts = split_port(text);
  if (!parts.port || !port_of(*parts.port)) return false;
  if (parts.host.starts_with("interface:")) return is_interface_name(parts.host.substr(10));
  return is_host(parts.host, /*stars=*/false);
}

bool is_fixed_address(std::string_view address) {
  if (address.starts_with("unix:")) return true;
  return port_of(split_port(address).port.value_or("0")).value_or(0) > 0;
}

bool is_registry_host(std::string_view text) {
  return is_host_with_optional_port(text, /*stars=*/false);
}

bool is_host_pattern(std::string_view text) {
  return is_host_with_optional_port(text, /*stars=*/true);
}

bool is_portless_host_pattern(std::string_view text) {
  return !split_port(text).port && is_host(text, /*stars=*/true);
}

}  // namespace larder::config
