#include "daemon/upstream/quota_headers.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/upstream/structured_list.h"

namespace larder::upstream {

namespace {

using std::chrono::seconds;

// A reset from here on is no delay but a unix time; the second bound is the year 33658.
constexpr std::uint64_t kUnixTimeMin = 1'000'000'000;
constexpr std::uint64_t kUnixTimeMax = 1'000'000'000'000;

// All fields of that name as one list. Empty: absent; nothing: garbage.
std::optional<std::vector<ListItem>> list_in(const http::Headers& headers, std::string_view name) {
  std::string joined;
  for (const auto value : headers.find_all(name)) {
    if (!joined.empty()) joined.append(", ");
    joined.append(value);
  }
  return joined.empty() ? std::vector<ListItem>() : parse_list(joined);
}

std::optional<seconds> window_of(std::optional<std::uint64_t> told) {
  if (!told || *told == 0) return std::nullopt;
  return std::min(seconds(*told), kQuotaMemoryMax);
}

std::optional<MonoTime> reset_of(std::optional<std::uint64_t> told, const Moment& now) {
  if (!told || *told >= kUnixTimeMax) return std::nullopt;
  seconds wait(*told);
  if (*told >= kUnixTimeMin) wait -= std::chrono::floor<seconds>(now.wall.time_since_epoch());
  return now.mono + std::clamp(wait, seconds(0), kQuotaMemoryMax);
}

// Nothing when it cannot be: a limit of nothing is none.
std::optional<Quota> sensible(Quota quota) {
  if (quota.limit == 0U) return std::nullopt;
  if (quota.limit) quota.remaining = std::min(quota.remaining, *quota.limit);
  return quota;
}

// What is left of 1; an unknown limit is the widest, unless nothing is left.
double share_left(const Quota& quota) {
  if (!quota.limit) return quota.remaining == 0 ? 0 : 1;
  return static_cast<double>(quota.remaining) / static_cast<double>(*quota.limit);
}

// Of two that are exhausted, the one that lasts longer.
bool is_tighter(const Quota& a, const Quota& b) {
  if (share_left(a) != share_left(b)) return share_left(a) < share_left(b);
  return a.resets_at > b.resets_at;
}

// "default";r=50;t=30, and its policy: "default";q=100;w=10.
std::optional<Quota> quota_of(const ListItem& item, const std::vector<ListItem>& policies,
                              const Moment& now) {
  const auto remaining = item.number("r");
  if (!remaining) return std::nullopt;
  Quota quota{.remaining = *remaining, .read_at = now.mono};
  quota.resets_at = reset_of(item.number("t"), now);
  const auto policy = std::find_if(policies.begin(), policies.end(),
                                   [&](const ListItem& one) { return one.value == item.value; });
  if (policy == policies.end()) return quota;
  quota.limit = policy->number("q");
  quota.window = window_of(policy->number("w"));
  return sensible(quota);
}

std::optional<Quota> newer_quota(const http::Headers& headers, const Moment& now) {
  const auto items = list_in(headers, "RateLimit");
  if (!items) return std::nullopt;
  const auto policies = list_in(headers, "RateLimit-Policy").value_or(std::vector<ListItem>());
  std::optional<Quota> tightest;
  for (const ListItem& item : *items) {
    const auto quota = quota_of(item, policies, now);
    if (quota && (!tightest || is_tighter(*quota, *tightest))) tightest = quota;
  }
  return tightest;
}

// "100;w=60", or the policy of that size after it: "100, 100;w=60, 5000;w=3600".
std::optional<seconds> window_in(const std::vector<ListItem>& limits) {
  for (const ListItem& item : limits) {
    if (item.value != limits.front().value) continue;
    if (const auto window = window_of(item.number("w"))) return window;
  }
  return std::nullopt;
}

// PREFIX-Limit, -Remaining, -Reset: the IETF's older drafts, Docker Hub, X-RateLimit.
std::optional<Quota> older_quota(const http::Headers& headers, const std::string& prefix,
                                 const Moment& now) {
  const auto remaining = list_in(headers, prefix + "-Remaining");
  const auto limits = list_in(headers, prefix + "-Limit");
  if (!remaining || remaining->empty() || !limits) return std::nullopt;
  const auto count = parse_count(remaining->front().value);
  if (!count) return std::nullopt;
  Quota quota{.remaining = *count, .read_at = now.mono};
  if (!limits->empty()) {
    quota.limit = parse_count(limits->front().value);
    if (!quota.limit) return std::nullopt;
    quota.window = window_in(*limits);
  }
  const auto reset = list_in(headers, prefix + "-Reset");
  if (reset && !reset->empty()) quota.resets_at = reset_of(parse_count(reset->front().value), now);
  return sensible(quota);
}

}  // namespace

std::optional<Quota> parse_quota(const http::Headers& headers, const Moment& now) {
  if (auto quota = newer_quota(headers, now)) return quota;
  if (auto quota = older_quota(headers, "RateLimit", now)) return quota;
  return older_quota(headers, "X-RateLimit", now);
}

}  // namespace larder::upstream
