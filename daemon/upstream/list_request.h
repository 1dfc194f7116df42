// A list asked of one endpoint: a repository's tags, a subject's referrers.
//
// Thread-safety: functions of their arguments. Blocks: on the network, until the deadline at most.
#pragma once

#include <string>

#include "cache/digest.h"
#include "cache/index.h"
#include "daemon/upstream/ask.h"
#include "daemon/upstream/endpoint.h"
#include "daemon/upstream/tag_list.h"

namespace larder::upstream {

inline constexpr int kReferrersPagesMax = 20;

// As Upstream::list_tags.
Result<TagList> list_tags(Endpoint& endpoint, const std::string& repository, const ListPage& page,
                          const Ask& ask);

// As Upstream::list_referrers, but not_found when the endpoint lists none: it has neither the API
// nor the tag.
Result<cache::Document> list_referrers(Endpoint& endpoint, const std::string& repository,
                                       const cache::Digest& subject, const Ask& ask);

}  // namespace larder::upstream
