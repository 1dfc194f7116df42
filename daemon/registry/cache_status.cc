#include "daemon/registry/cache_status.h"

namespace larder::registry {

std::string_view header_value(CacheStatus status) {
  switch (status) {
    case CacheStatus::hit:
      return "larder; hit";
    case CacheStatus::revalidated:
      return "larder; hit; detail=revalidated";
    case CacheStatus::stale:
      return "larder; hit; detail=stale";
    case CacheStatus::fetched:
      return "larder; fwd=miss; stored; detail=fetched";
    case CacheStatus::joined:
      return "larder; fwd=miss; collapsed; detail=joined";
    case CacheStatus::passed:
      return "larder; fwd=miss; detail=passed";
    case CacheStatus::failed:
      return "larder; fwd=miss; detail=failed";
    case CacheStatus::local:
      return "larder; detail=local";
  }
  return "larder";
}

}  // namespace larder::registry
