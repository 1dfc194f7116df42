#include "daemon/http/no_proxy.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "daemon/http/ascii.h"

namespace larder::http {

namespace {

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return to_lower(text.substr(begin, text.find_last_not_of(" \t") - begin + 1));
}

std::optional<std::uint16_t> port_in(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};

// "host", "host:port", "v6", "[v6]" or "[v6]:port".
std::optional<HostPort> split_port(const std::string& text) {
  const auto colon = text.rfind(':');
  const bool bracketed = text.starts_with('[');
  const bool several = text.find(':') != colon;
  if (bracketed && text.ends_with(']')) return HostPort{text.substr(1, text.size() - 2)};
  if (colon == std::string::npos || (several && !bracketed)) return HostPort{text};
  const auto port = port_in(std::string_view(text).substr(colon + 1));
  auto host = text.substr(0, colon);
  if (!port || *port == 0 || (bracketed && !host.ends_with(']'))) return std::nullopt;
  if (bracketed) host = host.substr(1, host.size() - 2);
  return HostPort{std::move(host), *port};
}

}  // namespace

NoProxy::NoProxy(const std::vector<std::string>& entries) {
  for (const char* always : {"localhost", "127.0.0.0/8", "::1"}) add(always);
  for (const auto& entry : entries) add(trimmed(entry));
}

void NoProxy::add(const std::string& entry) {
  if (entry == "*") {
    all_ = true;
    return;
  }
  if (entry.find('/') != std::string::npos) {
    const auto block = IpBlock::parse(entry, IpBlock::StrayBits::ignored);
    if (block) networks_.push_back({*block, 0});
    return;
  }
  auto part = split_port(entry);
  if (!part || part->host.empty()) return;
  if (const auto block = IpBlock::parse(part->host)) {
    networks_.push_back({*block, part->port});
    return;
  }
  if (part->host.starts_with("*.")) part->host.erase(0, 1);
  const bool itself = !part->host.starts_with('.');
  names_.push_back({itself ? "." + part->host : part->host, itself, part->port});
}

bool NoProxy::covers(const Url& target) const {
  if (all_) return true;
  if (const auto ip = parse_address(target.host)) {
    return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
      return (network.port == 0 || network.port == target.port) && network.block.contains(*ip);
    });
  }
  return std::any_of(names_.begin(), names_.end(), [&](const Name& name) {
    return (name.port == 0 || name.port == target.port) &&
           (target.host.ends_with(name.suffix) ||
            (name.itself && target.host == name.suffix.substr(1)));
  });
}

}  // namespace larder::http
