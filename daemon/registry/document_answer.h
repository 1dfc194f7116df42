// A document as it is served: an image manifest, a list of tags, a list of referrers.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "cache/digest.h"
#include "daemon/registry/cache_status.h"

namespace larder::registry {

struct DocumentAnswer {
  cache::Digest digest;
  std::string media_type;
  std::uint64_t size_bytes = 0;
  std::optional<std::string> bytes;  // absent only when they were not asked for (HEAD)
  CacheStatus status = CacheStatus::hit;
  // For how much longer it is fresh; negative: past its TTL. Empty for what never goes stale.
  std::optional<std::chrono::seconds> ttl{};
};

}  // namespace larder::registry
