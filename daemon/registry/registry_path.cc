#include "daemon/registry/registry_path.h"

#include <algorithm>
#include <array>

#include "daemon/http/query.h"

namespace larder::registry {

namespace {

constexpr std::size_t kRepositoryMax = 512;  // clients stop at 255, host included

bool is_lower_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_word(char c) {
  return is_lower_alnum(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

// Between two runs of letters and digits: one dot, one or two underscores, any number of hyphens.
bool is_separator(std::string_view text) {
  if (text == "." || text == "_" || text == "__") return true;
  return !text.empty() && text.find_first_not_of('-') == std::string_view::npos;
}

bool is_component(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && is_lower_alnum(text[at])) ++at;
  if (at == 0) return false;
  while (at < text.size()) {
    const std::size_t begin = at;
    while (at < text.size() && !is_lower_alnum(text[at])) ++at;
    if (!is_separator(text.substr(begin, at - begin)) || at == text.size()) return false;
    while (at < text.size() && is_lower_alnum(text[at])) ++at;
  }
  return true;
}

// A registry host as the first component: letters, digits, dots, hyphens and a port.
bool is_host(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_word(c) ? c != '_' : (c == '.' || c == '-' || c == ':');
  });
}

Result<std::string> ns_of(std::string_view query) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (!parameter.starts_with("ns=")) continue;
    auto ns = http::percent_decoded(parameter.substr(3));
    if (ns.ok() && !is_host(*ns)) return Error{Errc::invalid, "ns is not a host"};
    return ns;
  }
  return std::string();
}

struct Verb {
  std::string_view infix;
  RouteKind kind;
};
constexpr std::array kVerbs{Verb{"/manifests/", RouteKind::manifest},
                            Verb{"/blobs/", RouteKind::blob},
                            Verb{"/referrers/", RouteKind::referrers}};

// `rest` is the path without "/v2/". The reference is the last component, so the verb is the one
// before it, whatever the repository is called.
Result<RegistryPath> parse_rest(std::string_view rest) {
  RegistryPath path;
  std::string_view repository;
  if (rest.ends_with("/tags/list")) {
    path.kind = RouteKind::tags;
    repository = rest.substr(0, rest.size() - std::string_view("/tags/list").size());
  } else {
    const std::size_t slash = rest.rfind('/');
    if (slash == std::string_view::npos) return Error{Errc::not_found, "no such path"};
    const std::string_view front = rest.substr(0, slash + 1);
    const auto verb = std::find_if(kVerbs.begin(), kVerbs.end(),
                                   [&](const Verb& v) { return front.ends_with(v.infix); });
    if (verb == kVerbs.end()) return Error{Errc::not_found, "no such path"};
    path.kind = verb->kind;
    path.reference = rest.substr(slash + 1);
    repository = front.substr(0, front.size() - verb->infix.size());
  }
  if (!is_repository_with_host(repository)) {
    return Error{Errc::invalid, "repository name is not valid"};
  }
  path.repository = repository;
  return path;
}

}  // namespace

bool is_repository(std::string_view text) {
  if (text.empty() || text.size() > kRepositoryMax) return false;
  while (true) {
    const std::size_t slash = text.find('/');
    if (!is_component(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

bool is_repository_with_host(std::string_view text) {
  if (text.empty() || text.size() > kRepositoryMax) return false;
  const std::size_t slash = text.find('/');
  const std::string_view first = text.substr(0, slash);
  if (slash == std::string_view::npos || !looks_like_host(first) || !is_host(first)) {
    return is_repository(text);
  }
  return is_repository(text.substr(slash + 1));
}

bool looks_like_host(std::string_view component) {
  return component == "localhost" || component.find_first_of(".:") != std::string_view::npos;
}

Result<RegistryPath> parse_registry_path(std::string_view target) {
  const std::size_t question = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, question);
  auto ns = ns_of(target.substr(std::min(question + 1, target.size())));
  if (path != "/v2" && !path.starts_with("/v2/")) return Error{Errc::not_found, "no such path"};
  if (!ns.ok()) return ns.error();
  RegistryPath result;
  if (path.size() <= 4) {
    result.kind = RouteKind::ping;
  } else {
    auto rest = parse_rest(path.substr(4));
    if (!rest.ok()) return rest.error();
    result = *std::move(rest);
  }
  result.ns = *std::move(ns);
  return result;
}

}  // namespace larder::registry
