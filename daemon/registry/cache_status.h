// How an answer came about, as the Cache-Status header says it (RFC 9211).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "cache/base/result.h"

namespace larder::registry {

enum class CacheStatus {
  hit,          // from disk, nobody asked
  revalidated,  // from disk, after upstream confirmed the tag
  stale,        // from disk, past its TTL, because upstream did not answer
  gone,         // from disk, although upstream says that the tag is no more
  cached_tags,  // a list made of the tags that are known, because upstream did not give its own
  fetched,      // this request fetched it
  joined,       // another request was fetching it already
  passed,       // fetched without being kept: the disk is full, or it is not worth a place
  failed,       // no answer could be had
  local,        // nothing of an upstream is in it
};

// "larder; hit", "larder; fwd=miss; stored; detail=fetched", ...; with the `ttl` parameter in the
// middle for what can go stale: "larder; hit; ttl=-12; detail=stale".
std::string header_value(CacheStatus status,
                         const std::optional<std::chrono::seconds>& ttl = std::nullopt);

// Of an answer that is this error: failed or local, with the cause as its detail when it is one of
// breaker, quota, timeout, offline, negative, closed-world: "larder; fwd=miss; detail=breaker".
std::string header_value(const Error& error);

// What header_value() made it of; nothing for any other text.
std::optional<CacheStatus> parse_cache_status(std::string_view header_value);

}  // namespace larder::registry
