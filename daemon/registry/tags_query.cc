#include "daemon/registry/tags_query.h"

#include <algorithm>
#include <utility>

#include "daemon/http/ascii.h"
#include "daemon/http/query.h"

namespace larder::registry {

namespace {

constexpr std::size_t kLastBytesMax = 256;  // a tag has 128 at most

bool is_last(std::string_view text) {
  return text.size() <= kLastBytesMax && std::none_of(text.begin(), text.end(), http::is_control);
}

}  // namespace

Result<upstream::ListPage> parse_tags_query(std::string_view query) {
  const auto parameters = http::parse_query(query);
  if (!parameters.ok()) return parameters.error();
  upstream::ListPage page;
  if (const auto n = http::find_parameter(*parameters, "n")) {
    page.n = upstream::parse_entries(*n);
    if (!page.n) return Error{Errc::invalid, "n is not a number of tags"};
    page.n = std::min(*page.n, kTagsPerPageMax);
  }
  page.last = http::find_parameter(*parameters, "last").value_or("");
  if (!is_last(page.last)) return Error{Errc::invalid, "last is not a tag"};
  page.more = http::find_parameter(*parameters, "next").value_or("");
  if (!upstream::is_carried_query(page.more)) {
    return Error{Errc::invalid, "next is not what a Link said"};
  }
  return page;
}

std::string tags_link(std::string_view path, const upstream::ListPage& page, std::string_view ns) {
  std::string link = "<";
  link.append(path).append("?").append(upstream::query_of({page.n, page.last, ""}));
  const auto append = [&link](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (link.back() != '?') link += '&';
    link.append(name).append("=").append(http::percent_encoded(value));
  };
  append("next", page.more);
  append("ns", ns);
  return link + ">; rel=\"next\"";
}

}  // namespace larder::registry
