// The label values of the metrics that come from fixed sets.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstddef>
#include <string_view>

#include "daemon/registry/registry_path.h"

namespace larder::control {

inline constexpr std::size_t kRouteKinds = 6;
std::string_view kind_label(registry::RouteKind kind);

// How the cache took part in an answer.
enum class CacheUse {
  hit,      // from disk, believed or confirmed by the upstream
  stale,    // from disk, past its TTL
  fetched,  // from an upstream, by a fetch this request started
  joined,   // from an upstream, by a fetch already under way
  passed,   // from an upstream, not kept
  none,     // no content of an upstream: an error, a ping
};
inline constexpr std::size_t kCacheUses = 6;
std::string_view to_string(CacheUse use);

// What a Cache-Status value of daemon/registry says; none for any other.
CacheUse cache_use(std::string_view cache_status);

}  // namespace larder::control
