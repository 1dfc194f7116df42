#include "daemon/config/urls.h"

#include <algorithm>

#include "daemon/config/names.h"
#include "daemon/config/networks.h"

namespace larder::config {

namespace {

// "scheme://host:port/path"
struct UrlParts {
  std::string_view whole;
  std::string_view scheme;  // empty when there is none
  std::string_view place;   // host and port
  std::string_view path;    // with the "/" in front, or empty
};

UrlParts split_url(std::string_view url) {
  UrlParts parts{url, {}, {}, {}};
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == url.npos) return parts;
  parts.scheme = url.substr(0, scheme_end);
  const std::string_view rest = url.substr(scheme_end + 3);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  parts.place = rest.substr(0, slash);
  parts.path = rest.substr(slash);
  return parts;
}

// What is wrong with a URL, its path aside.
std::optional<std::string> fault_of(const UrlParts& parts) {
  if (parts.whole.find('@') != parts.whole.npos) return "a URL with a user name or password";
  if (parts.scheme != "http" && parts.scheme != "https") return "another scheme or none";
  if (parts.whole.find_first_of("?#") != parts.whole.npos) return "a URL with a query or fragment";
  if (!is_registry_host(parts.place)) return "a malformed host or port";
  return std::nullopt;
}

bool is_repository_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_path_char(char c) {
  return is_repository_char(c) || (c >= 'A' && c <= 'Z') || c == '~' || c == '+';
}

bool is_plain_char(char c) {
  return is_path_char(c) || std::string_view("%:=,;!$&'()*").find(c) != std::string_view::npos;
}

// Takes the first part of a path off it, without its "/".
std::string_view take_part(std::string_view& path) {
  const std::size_t end = std::min(path.find('/', 1), path.size());
  const std::string_view part = path.substr(1, end - 1);
  path.remove_prefix(end);
  return part;
}

std::optional<std::string> part_fault(std::string_view part, bool (*fits)(char)) {
  if (part.empty() || part == "." || part == "..") return "a path with an empty or dotted part";
  if (!std::all_of(part.begin(), part.end(), fits)) return "a malformed path";
  return std::nullopt;
}

std::string_view without_last_slash(std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

// Behind the part "v2", a repository's name begins.
std::optional<std::string> endpoint_path_fault(std::string_view path) {
  bool in_repository = false;
  while (!path.empty()) {
    const std::string_view part = take_part(path);
    if (auto fault = part_fault(part, is_path_char)) return fault;
    if (in_repository && !std::all_of(part.begin(), part.end(), is_repository_char)) {
      return "a path that is no repository behind v2";
    }
    in_repository = in_repository || part == "v2";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> endpoint_fault(std::string_view url) {
  const UrlParts parts = split_url(url);
  if (auto fault = fault_of(parts)) return fault;
  return endpoint_path_fault(without_last_slash(parts.path));
}

std::optional<std::string> proxy_fault(std::string_view url) {
  const UrlParts parts = split_url(url);
  if (auto fault = fault_of(parts)) return fault;
  if (parts.path.size() > 1) return "a URL with a path";
  return std::nullopt;
}

std::optional<std::string> service_fault(std::string_view url) {
  const UrlParts parts = split_url(url);
  if (auto fault = fault_of(parts)) return fault;
  std::string_view path = without_last_slash(parts.path);
  while (!path.empty()) {
    if (auto fault = part_fault(take_part(path), is_plain_char)) return fault;
  }
  return std::nullopt;
}

std::optional<std::string> document_fault(std::string_view url) {
  const std::size_t question = std::min(url.find('?'), url.size());
  const std::string_view query = url.substr(question);
  const auto fits = [](char c) { return c > ' ' && c < '\x7f' && c != '#'; };
  if (!std::all_of(query.begin(), query.end(), fits)) return "a malformed query or a fragment";
  return service_fault(url.substr(0, question));
}

bool is_no_proxy_entry(std::string_view text) {
  if (text == "*") return true;
  const std::size_t slash = text.find('/');
  if (slash != text.npos) return is_network(text);
  if (is_ipv6(text)) return true;
  if (text.starts_with("*.")) text.remove_prefix(1);
  if (text.starts_with('.')) text.remove_prefix(1);
  return is_registry_host(text);
}

}  // namespace larder::config
