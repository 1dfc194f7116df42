// How an answer came about, as the Cache-Status header says it (RFC 9211).
#pragma once

#include <string_view>

namespace larder::registry {

enum class CacheStatus {
  hit,          // from disk, nobody asked
  revalidated,  // from disk, after upstream confirmed the tag
  stale,        // from disk, past its TTL, because upstream did not answer
  fetched,      // this request fetched it
  joined,       // another request was fetching it already
  passed,       // fetched without being kept: the disk is full
  failed,       // no answer could be had
  local,        // nothing of an upstream is in it
};

// "larder; hit", "larder; fwd=miss; stored; detail=fetched", ...
std::string_view header_value(CacheStatus status);

}  // namespace larder::registry
