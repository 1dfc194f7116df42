#include "daemon/upstream/list_page.h"

#include <algorithm>
#include <charconv>

#include "daemon/http/ascii.h"
#include "daemon/http/query.h"
#include "daemon/upstream/link_header.h"
#include "daemon/upstream/tag_name.h"

namespace larder::upstream {

namespace {

constexpr std::size_t kDigitsMax = 9;

void append(std::string& query, std::string_view parameter) {
  if (!query.empty()) query += '&';
  query += parameter;
}

bool is_query_char(char c) {
  return http::is_alnum(c) || std::string_view("-._~!$&'()*+,;=:@/?%").find(c) != std::string::npos;
}

// What is not surely n or last goes along as it is: a `last` may be a token that a "+" belongs to.
void read_parameter(std::string_view parameter, ListPage& page) {
  const auto equals = std::min(parameter.find('='), parameter.size());
  const auto name = parameter.substr(0, equals);
  const auto value = parameter.substr(std::min(equals + 1, parameter.size()));
  const auto n = parse_entries(value);
  if (name == "n" && n) {
    page.n = n;
  } else if (name == "last" && is_tag(value)) {
    page.last = value;
  } else {
    append(page.more, parameter);
  }
}

}  // namespace

std::optional<std::uint32_t> parse_entries(std::string_view text) {
  std::uint32_t n = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), n);
  const bool whole = failure == std::errc() && end == text.data() + text.size();
  return whole && text.size() <= kDigitsMax ? std::optional(n) : std::nullopt;
}

bool is_carried_query(std::string_view query) {
  return query.size() <= kMoreBytesMax && std::all_of(query.begin(), query.end(), is_query_char) &&
         http::percent_decoded(query).ok();
}

std::string query_of(const ListPage& page) {
  std::string query;
  if (page.n) append(query, "n=" + std::to_string(*page.n));
  if (!page.last.empty()) append(query, "last=" + http::percent_encoded(page.last));
  if (!page.more.empty()) append(query, page.more);
  return query;
}

Result<ListPage> parse_page(std::string_view query) {
  if (!is_carried_query(query)) return Error{Errc::invalid, "a page that cannot be asked for"};
  ListPage page;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    if (end > 0) read_parameter(query.substr(0, end), page);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return page;
}

Result<std::optional<ListPage>> page_after(const ListPage& page, const http::Headers& headers) {
  const auto link = next_link(headers);
  if (!link) return std::optional<ListPage>();
  const auto target = http::split_target(std::string_view(*link).substr(0, link->find('#')));
  auto next = parse_page(target.query);
  if (!next) return Error{Errc::upstream_down, "Link: " + next.error().context};
  if (*next == page || *next == ListPage{}) {
    return Error{Errc::upstream_down, "Link: a page that follows itself"};
  }
  return std::optional(*std::move(next));
}

}  // namespace larder::upstream
