// A page of tags as the cache keeps it: a document of Larder's own, because each client gets it
// under the repository's name as it knows it, and a link to the next page in its own terms.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/result.h"
#include "cache/index.h"
#include "daemon/upstream/tag_list.h"

namespace larder::registry {

// Larder's own, and never served as it is.
inline constexpr std::string_view kTagsMediaType = "application/vnd.larder.tags.v1+json";

// {"mediaType":"application/vnd.larder.tags.v1+json","next":"n=2&last=b","tags":["a","b"]}
cache::Document tags_document(const upstream::TagList& list);

// A page as a client gets it.
struct TagsAnswer {
  std::string body;                        // {"name":"team/app","tags":["a","b"]}
  std::optional<upstream::ListPage> next;  // nothing: this page is the last one
};

std::string tags_body(std::string_view name, const std::vector<std::string>& tags);

// The answer under `name`. Its tags stay in `document` as they are written there: there may be
// 4 MiB of them, and each client comes with a copy.
// Returns: corrupt for what tags_document() does not make.
Result<TagsAnswer> tags_answer(std::string document, std::string_view name);

}  // namespace larder::registry
