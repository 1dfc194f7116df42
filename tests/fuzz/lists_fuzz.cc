// Lists: what an upstream answers and links to, and what a client asks for.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cache/base/check.h"
#include "daemon/http/ascii.h"
#include "daemon/registry/tags_document.h"
#include "daemon/registry/tags_query.h"
#include "daemon/upstream/list_page.h"
#include "daemon/upstream/referrers_list.h"
#include "daemon/upstream/tag_list.h"
#include "daemon/upstream/tag_name.h"

namespace {

using namespace larder;

// May stand in a request's target, and between the "<" and ">" of a Link.
bool is_target(std::string_view text) {
  return text.find_first_of(" <>\"#") == std::string_view::npos &&
         std::none_of(text.begin(), text.end(), http::is_control);
}

void read_page(const upstream::ListPage& page) {
  CHECK(is_target(query_of(page)));
  const auto again = upstream::parse_page(query_of(page));
  CHECK(!again.ok() || query_of(*again) == query_of(page));
}

void read_link(std::string_view text) {
  http::Headers headers;
  headers.add("Link", std::string(text));
  const auto next = upstream::page_after({}, headers);
  if (!next.ok() || !*next) return;
  read_page(**next);
  const upstream::TagList list{{}, **next};
  const auto kept = registry::tags_answer(registry::tags_document(list).bytes, "a");
  CHECK(kept.ok() && kept->next && query_of(*kept->next) == query_of(**next));
}

void read_query(std::string_view text) {
  const auto page = registry::parse_tags_query(text);
  if (!page.ok()) return;
  read_page(*page);
  const auto link = registry::tags_link("/v2/a/tags/list", *page, "reg.test");
  const auto query = link.substr(link.find('?') + 1, link.find('>') - link.find('?') - 1);
  CHECK(is_target(query));
  const auto again = registry::parse_tags_query(query);
  CHECK(again.ok() && *again == *page);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_link(text);
  read_query(text);
  if (const auto tags = upstream::parse_tags(text)) {
    for (const auto& tag : *tags) CHECK(upstream::is_tag(tag));
  }
  upstream::ReferrersList list;
  if (list.add(text)) CHECK(upstream::ReferrersList().add(list.document().bytes).ok());
  const auto answer = registry::tags_answer(std::string(text), "a");
  CHECK(!answer.ok() || nlohmann::json::accept(answer->body));
  return 0;
}
