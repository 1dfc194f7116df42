#include "daemon/upstream/link_header.h"

#include <algorithm>
#include <string_view>

#include "daemon/http/ascii.h"

namespace larder::upstream {

namespace {

struct Link {
  std::string_view target;
  std::string rel;  // of several, the first counts
};

void skip_spaces(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
}

bool take(std::string_view& rest, char expected) {
  skip_spaces(rest);
  if (!rest.starts_with(expected)) return false;
  rest.remove_prefix(1);
  return true;
}

std::string take_token(std::string_view& rest) {
  skip_spaces(rest);
  const auto end = std::min(rest.find_first_of(" \t=;,\""), rest.size());
  std::string token(rest.substr(0, end));
  rest.remove_prefix(end);
  return token;
}

// What stands between quotes, the first of which is taken already; nothing when it does not end.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string text;
  while (!rest.empty()) {
    const char next = rest.front();
    rest.remove_prefix(1);
    if (next == '"') return text;
    if (next == '\\' && !rest.empty()) {
      text.push_back(rest.front());
      rest.remove_prefix(1);
    } else {
      text.push_back(next);
    }
  }
  return std::nullopt;
}

// `; name=value` into `link`; false when it is malformed.
bool take_parameter(std::string_view& rest, Link& link) {
  const auto name = take_token(rest);
  std::optional<std::string> value;
  if (take(rest, '=')) {
    value = take(rest, '"') ? take_quoted(rest) : take_token(rest);
    if (!value) return false;
  }
  if (http::equals_ignoring_case(name, "rel") && link.rel.empty()) link.rel = value.value_or("");
  return true;
}

std::optional<Link> take_link(std::string_view& rest) {
  while (take(rest, ',')) {
  }
  if (!take(rest, '<')) return std::nullopt;
  const auto end = rest.find('>');
  if (end == std::string_view::npos) return std::nullopt;
  Link link{rest.substr(0, end), {}};
  rest.remove_prefix(end + 1);
  while (take(rest, ';')) {
    if (!take_parameter(rest, link)) return std::nullopt;
  }
  skip_spaces(rest);
  const bool ended = rest.empty() || rest.front() == ',';
  return ended ? std::optional(std::move(link)) : std::nullopt;
}

// rel="next last" is both.
bool is_next(std::string_view rel) {
  while (!rel.empty()) {
    const auto end = std::min(rel.find(' '), rel.size());
    if (http::equals_ignoring_case(rel.substr(0, end), "next")) return true;
    rel.remove_prefix(std::min(end + 1, rel.size()));
  }
  return false;
}

}  // namespace

std::optional<std::string> next_link(const http::Headers& headers) {
  for (std::string_view rest : headers.find_all("Link")) {
    while (const auto link = take_link(rest)) {
      if (is_next(link->rel)) return std::string(link->target);
    }
  }
  return std::nullopt;
}

}  // namespace larder::upstream
