#include "daemon/control/labels.h"

#include "daemon/registry/cache_status.h"

namespace larder::control {

namespace {

struct Row {
  registry::CacheStatus status;
  CacheUse use;
};

constexpr Row kRows[] = {
    {registry::CacheStatus::hit, CacheUse::hit},
    {registry::CacheStatus::revalidated, CacheUse::hit},
    {registry::CacheStatus::stale, CacheUse::stale},
    {registry::CacheStatus::gone, CacheUse::stale},
    {registry::CacheStatus::cached_tags, CacheUse::stale},
    {registry::CacheStatus::fetched, CacheUse::fetched},
    {registry::CacheStatus::joined, CacheUse::joined},
    {registry::CacheStatus::passed, CacheUse::passed},
};

}  // namespace

std::string_view kind_label(registry::RouteKind kind) {
  using registry::RouteKind;
  switch (kind) {
    case RouteKind::ping:
      return "ping";
    case RouteKind::manifest:
      return "manifest";
    case RouteKind::blob:
      return "blob";
    case RouteKind::tags:
      return "tags";
    case RouteKind::referrers:
      return "referrers";
    case RouteKind::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view to_string(CacheUse use) {
  switch (use) {
    case CacheUse::hit:
      return "hit";
    case CacheUse::stale:
      return "stale";
    case CacheUse::fetched:
      return "fetched";
    case CacheUse::joined:
      return "joined";
    case CacheUse::passed:
      return "passed";
    case CacheUse::none:
      return "none";
  }
  return "none";
}

CacheUse cache_use(std::string_view cache_status) {
  const auto status = registry::parse_cache_status(cache_status);
  for (const Row& row : kRows) {
    if (row.status == status) return row.use;
  }
  return CacheUse::none;
}

}  // namespace larder::control
