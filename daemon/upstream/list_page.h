// Which page of a list: what the query of its request says.
//
// Registries page in ways of their own (n and last, next_page, tokens under any name), so what the
// link to the next page says is kept: understood where it is n and last, else carried as it came.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/http/message.h"

namespace larder::upstream {

struct ListPage {
  std::optional<std::uint32_t> n;  // entries on it at most; without it as many as upstream likes
  std::string last;                // what comes after this one, which need not exist
  std::string more;                // what upstream's own link to it says besides, still encoded

  bool operator==(const ListPage&) const = default;
};

// A number of entries: decimal digits, below 10^9.
std::optional<std::uint32_t> parse_entries(std::string_view text);

// Whether `query` may stand in a request as a page's `more`: at most kMoreBytesMax characters that
// a query may have (RFC 3986), percent-encoded where need be.
bool is_carried_query(std::string_view query);
inline constexpr std::size_t kMoreBytesMax = 2048;

// "n=2&last=1.0&next_page=x"; empty for the first page.
std::string query_of(const ListPage& page);

// The page that a query asks for, as query_of() or a registry's link writes it.
// Returns: invalid when it cannot be carried.
Result<ListPage> parse_page(std::string_view query);

// The page that follows the one that came with these headers; nothing when it was the last one.
// Returns: upstream_down when there is one that cannot be asked for, or that is `page` itself.
Result<std::optional<ListPage>> page_after(const ListPage& page, const http::Headers& headers);

}  // namespace larder::upstream
