#include "daemon/http/url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "daemon/http/ascii.h"

namespace larder::http {

namespace {

constexpr std::size_t kHostBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;

Error invalid(std::string_view text, std::string_view why) {
  // Never the query: it may carry a signature, and errors are logged.
  return {Errc::invalid,
          "URL " + std::string(text.substr(0, text.find_first_of("?#"))) + ": " + std::string(why)};
}

std::uint16_t default_port(std::string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

bool is_ipv6(const std::string& host) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kLabelBytesMax && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
           return is_alnum(c) || c == '-' || c == '_';
         });
}

bool is_host_name(std::string_view host) {
  if (host.size() > kHostBytesMax) return false;
  for (;;) {
    const auto dot = host.find('.');
    if (!is_label(host.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    host.remove_prefix(dot + 1);
  }
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failure != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

// Fills host and port of `url` from "host", "host:port", "[v6]" or "[v6]:port".
bool parse_authority(std::string_view authority, Url& url) {
  const bool bracketed = authority.starts_with('[');
  const auto host_end = bracketed ? authority.find(']') : authority.find(':');
  if (bracketed && host_end == std::string_view::npos) return false;
  url.host =
      to_lower(bracketed ? authority.substr(1, host_end - 1) : authority.substr(0, host_end));
  if (bracketed ? !is_ipv6(url.host) : !is_host_name(url.host)) return false;

  auto rest = host_end == std::string_view::npos ? std::string_view() : authority.substr(host_end);
  if (bracketed) rest.remove_prefix(1);
  url.port = default_port(url.scheme);
  if (rest.empty()) return true;
  const auto port = rest.front() == ':' ? parse_port(rest.substr(1)) : std::nullopt;
  url.port = port.value_or(0);
  return port.has_value();
}

// "scheme" of "scheme:rest", lower case; nothing when `text` does not start with a scheme.
std::optional<std::string> scheme_of(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_alpha(text.front())) return std::nullopt;
  const auto scheme = text.substr(0, colon);
  const bool valid = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return is_alnum(c) || c == '+' || c == '-' || c == '.';
  });
  return valid ? std::optional(to_lower(scheme)) : std::nullopt;
}

// RFC 3986 section 5.2.4, for a path that starts with "/".
std::string without_dot_segments(std::string_view path) {
  std::string result;
  while (!path.empty()) {
    const auto next = path.find('/', 1);
    const auto segment = path.substr(1, next == std::string_view::npos ? next : next - 1);
    const bool last = next == std::string_view::npos;
    path.remove_prefix(last ? path.size() : next);
    if (segment == "..") result.resize(result.empty() ? 0 : result.rfind('/'));
    if (segment == "." || segment == "..") {
      if (last) result += '/';
      continue;
    }
    result.append("/").append(segment);
  }
  return result;
}

// The target of a reference without scheme and authority, seen from `base`.
std::string resolve_target(std::string_view base, std::string_view reference) {
  if (reference.starts_with('/')) return std::string(reference);
  const auto base_path = base.substr(0, base.find('?'));
  if (reference.starts_with('?')) return std::string(base_path).append(reference);
  const auto query = std::min(reference.find('?'), reference.size());
  const std::string merged =
      std::string(base_path.substr(0, base_path.rfind('/') + 1)).append(reference.substr(0, query));
  return without_dot_segments(merged).append(reference.substr(query));
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  if (std::any_of(text.begin(), text.end(), [](char c) { return is_control(c) || c == ' '; })) {
    return Error{Errc::invalid, "URL with a space or a control character"};
  }
  Url url;
  url.scheme = scheme_of(text).value_or("");
  if (url.scheme != "http" && url.scheme != "https") {
    return Error{Errc::invalid, "URL without http:// or https://"};
  }
  auto rest = text.substr(url.scheme.size() + 1);
  if (!rest.starts_with("//")) return Error{Errc::invalid, "URL without // after the scheme"};
  rest.remove_prefix(2);

  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos) {
    return Error{Errc::invalid, "URL with user information"};  // not shown: it may be a password
  }
  if (!parse_authority(authority, url)) return invalid(text, "malformed host or port");
  rest.remove_prefix(authority.size());
  url.target = rest.substr(0, rest.find('#'));
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

std::string Url::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != default_port(scheme)) text += ":" + std::to_string(port);
  return text;
}

std::string Url::str() const {
  return scheme + "://" + authority() + target;
}

std::string Url::without_query() const {
  return scheme + "://" + authority() + target.substr(0, target.find('?'));
}

bool Url::same_origin(const Url& other) const {
  return scheme == other.scheme && host == other.host && port == other.port;
}

Result<Url> redirect_target(const Url& from, std::string_view location) {
  if (location.empty()) return Error{Errc::invalid, "redirect to nowhere"};
  location = location.substr(0, location.find('#'));
  const std::string origin = from.scheme + "://" + from.authority();

  Result<Url> to = [&]() -> Result<Url> {
    if (location.starts_with("//")) return Url::parse(from.scheme + ":" + std::string(location));
    if (scheme_of(location)) return Url::parse(location);
    if (location.empty()) return from;
    return Url::parse(origin + resolve_target(from.target, location));
  }();
  if (to && from.is_https() && !to->is_https()) {
    return Error{Errc::denied, "redirect from https to " + to->without_query()};
  }
  return to;
}

}  // namespace larder::http
