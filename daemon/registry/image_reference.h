// Image names as people write them: "redis", "quay.io/prometheus/prometheus:v3", "app@sha256:..".
//
// Thread-safety: any thread. Blocks: on the index, for what is looked up.
#pragma once

#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "cache/store.h"
#include "daemon/upstream/upstreams.h"

namespace larder::registry {

struct ImageReference {
  std::string repository;  // as written, perhaps with a host in front
  std::string reference;   // a digest, else a tag; "latest" when there is neither

  bool operator==(const ImageReference&) const = default;
};

// Of a name with both a tag and a digest the digest counts, as everywhere.
// Returns: invalid.
Result<ImageReference> parse_image_reference(std::string_view text);

// What the name means in the cache, by the same defaults as a pull (target.h).
// Returns: invalid for a malformed name; not_found when no upstream matches its host, or when it is
// a tag that is not cached. A digest is taken as it is, cached or not.
Result<cache::Digest> find_cached_digest(std::string_view text, upstream::Upstreams& upstreams,
                                         const std::string& default_upstream,
                                         const cache::Store& store);

// The repository of a name without tag or digest, by the same defaults: "redis" is
// "docker.io/library/redis". Returns: as above.
Result<std::string> full_repository_name(const std::string& text, upstream::Upstreams& upstreams,
                                         const std::string& default_upstream);

}  // namespace larder::registry
