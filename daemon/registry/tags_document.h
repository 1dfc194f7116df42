// A page of tags as the cache keeps it: a document of Larder's own, because each client gets it
// under the repository's name as it knows it, and a link to the next page in its own terms.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string_view>

#include "cache/base/result.h"
#include "cache/index.h"
#include "daemon/upstream/tag_list.h"

namespace larder::registry {

// Larder's own, and never served as it is.
inline constexpr std::string_view kTagsMediaType = "application/vnd.larder.tags.v1+json";

// {"mediaType":"application/vnd.larder.tags.v1+json","next":"n=2&last=b","tags":["a","b"]}
cache::Document tags_document(const upstream::TagList& list);

// Returns: corrupt for what tags_document() does not make.
Result<upstream::TagList> parse_tags_document(std::string_view bytes);

}  // namespace larder::registry
