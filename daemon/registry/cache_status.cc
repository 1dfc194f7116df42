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
// Words that tell more than the row they belong to.
struct Cause {
  std::string_view detail;
  CacheStatus status;
};
constexpr std::array kCauses{
    Cause{"breaker", CacheStatus::failed},  Cause{"quota", CacheStatus::failed},
    Cause{"timeout", CacheStatus::failed},  Cause{"offline", CacheStatus::failed},
    Cause{"negative", CacheStatus::failed}, Cause{"closed-world", CacheStatus::local},
};
constexpr std::string_view kName = "larder";
constexpr std::string_view kDetail = "; detail=";

const Cause* find_cause(std::string_view detail) {
  const auto cause = std::find_if(kCauses.begin(), kCauses.end(),
                                  [&](const Cause& one) { return one.detail == detail; });
  return cause == kCauses.end() ? nullptr : &*cause;
}

const Row& row_of(CacheStatus status) {
  const auto row = std::find_if(kRows.begin(), kRows.end(),
                                [&](const Row& one) { return one.status == status; });
  CHECK(row != kRows.end());
  return *row;
}

std::string value_of(const Row& row, const std::optional<std::chrono::seconds>& ttl,
                     std::string_view detail) {
  std::string value(kName);
  value += row.how;
  if (ttl) value += "; ttl=" + std::to_string(ttl->count());
  if (!detail.empty()) (value += kDetail) += detail;
  return value;
}

}  // namespace

std::string header_value(CacheStatus status, const std::optional<std::chrono::seconds>& ttl) {
  const Row& row = row_of(status);
  return value_of(row, ttl, row.detail);
}

std::string header_value(const Error& error) {
  const bool is_timeout = error.code == Errc::timeout && error.cause.empty();
  if (const Cause* const cause = find_cause(is_timeout ? "timeout" : error.cause)) {
    return value_of(row_of(cause->status), std::nullopt, cause->detail);
  }
  return header_value(error.code == Errc::invalid ? CacheStatus::local : CacheStatus::failed);
}

std::optional<CacheStatus> parse_cache_status(std::string_view header_value) {
  if (!header_value.starts_with(kName)) return std::nullopt;
  header_value.remove_prefix(kName.size());
  const std::size_t at = header_value.find(kDetail);
  std::string_view detail = at == header_value.npos ? "" : header_value.substr(at + kDetail.size());
  if (const Cause* const cause = find_cause(detail)) detail = row_of(cause->status).detail;
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& one) {
    return one.detail == detail && header_value.starts_with(one.how);
  });
  return row == kRows.end() ? std::nullopt : std::optional(row->status);
}

}  // namespace larder::registry
