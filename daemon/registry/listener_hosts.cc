#include "daemon/registry/listener_hosts.h"

#include <algorithm>
#include <string_view>

#include "daemon/http/ascii.h"
#include "daemon/http/socket_address.h"
#include "daemon/upstream/upstreams.h"

namespace larder::registry {

namespace {

// "[::1]:5050" keeps its brackets, as the config's patterns do.
std::string without_port(std::string_view host) {
  const auto bracket = host.rfind(']');
  const auto colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return http::to_lower(host.substr(0, colon));
}

bool is_own_name(const std::string& host) {
  return host == "localhost" || host.starts_with('[') ||
         http::SocketAddress::parse(host, 0).has_value();
}

bool covers(const std::string& pattern, const std::string& host) {
  const bool is_glob = pattern.find('*') != std::string::npos;
  return !(is_glob && is_own_name(host)) && upstream::host_matches(pattern, host);
}

}  // namespace

std::string host_asked_as(const http::Request& request, const ListenerHosts& listener_hosts) {
  const auto patterns = listener_hosts.find(request.listener);
  const auto header = request.headers.find("Host");
  if (patterns == listener_hosts.end() || !header) return "";
  auto host = without_port(*header);
  const bool stands_for = std::any_of(patterns->second.begin(), patterns->second.end(),
                                      [&](const auto& pattern) { return covers(pattern, host); });
  return stands_for ? host : "";
}

bool reaches(const std::string& listener, const std::string& host, const ListenerHosts& reached) {
  const auto patterns = reached.find(listener);
  if (patterns == reached.end() || patterns->second.empty()) return true;
  return std::any_of(patterns->second.begin(), patterns->second.end(),
                     [&](const auto& pattern) { return upstream::host_matches(pattern, host); });
}

}  // namespace larder::registry
