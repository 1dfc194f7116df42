// Which page of tags a client asks for, and how the next one is told to it.
//
// A client pages by `n` and `last`. What an upstream's own link says besides travels in one
// parameter of ours, `next`, so that it meets neither `ns` nor what a client makes up.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/upstream/list_page.h"

namespace larder::registry {

// More than so many at once are given in pages: they fit into a document (kListBytesMax).
inline constexpr std::uint32_t kTagsPerPageMax = 10'000;

// The page that a request target's query asks for; other parameters are not looked at.
// Returns: invalid for an `n` that is no number, for a `last` or `next` that cannot be asked for.
Result<upstream::ListPage> parse_tags_query(std::string_view query);

// The value of a Link header to `page`: `path` as the client wrote it, with its `ns` if any.
std::string tags_link(std::string_view path, const upstream::ListPage& page, std::string_view ns);

}  // namespace larder::registry
