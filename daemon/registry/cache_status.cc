#include "daemon/registry/cache_status.h"

#include <algorithm>
#include <array>

namespace larder::registry {

namespace {

struct Row {
  CacheStatus status;
  std::string_view how;
  std::string_view detail;
};

constexpr std::array kRows{
    Row{CacheStatus::hit, "; hit", ""},
    Row{CacheStatus::revalidated, "; hit", "revalidated"},
    Row{CacheStatus::stale, "; hit", "stale"},
    Row{CacheStatus::gone, "; hit", "gone"},
    Row{CacheStatus::cached_tags, "; hit", "cached-tags"},
    Row{CacheStatus::fetched, "; fwd=miss; stored", "fetched"},
    Row{CacheStatus::joined, "; fwd=miss; collapsed", "joined"},
    Row{CacheStatus::passed, "; fwd=miss", "passed"},
    Row{CacheStatus::failed, "; fwd=miss", "failed"},
    Row{CacheStatus::local, "", "local"},
};
constexpr std::string_view kName = "larder";
constexpr std::string_view kDetail = "; detail=";

}  // namespace

std::string header_value(CacheStatus status, const std::optional<std::chrono::seconds>& ttl) {
  std::string value(kName);
  for (const Row& row : kRows) {
    if (row.status != status) continue;
    value += row.how;
    if (ttl) value += "; ttl=" + std::to_string(ttl->count());
    if (!row.detail.empty()) (value += kDetail) += row.detail;
  }
  return value;
}

std::optional<CacheStatus> parse_cache_status(std::string_view header_value) {
  if (!header_value.starts_with(kName)) return std::nullopt;
  header_value.remove_prefix(kName.size());
  const std::size_t at = header_value.find(kDetail);
  const std::string_view detail =
      at == header_value.npos ? "" : header_value.substr(at + kDetail.size());
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& one) {
    return one.detail == detail && header_value.starts_with(one.how);
  });
  return row == kRows.end() ? std::nullopt : std::optional(row->status);
}

}  // namespace larder::registry
