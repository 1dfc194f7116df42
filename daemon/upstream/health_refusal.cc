#include "daemon/upstream/health_refusal.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string_view>

namespace larder::upstream {

namespace {

// "2026-01-02T03:04:05Z"
std::string utc_text(WallTime time) {
  const auto seconds = std::chrono::system_clock::to_time_t(time);
  std::tm utc{};
  char text[sizeof "yyyy-mm-ddThh:mm:ssZ"] = "";
  if (gmtime_r(&seconds, &utc) == nullptr) return text;
  (void)std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

std::string counts_text(const Quota& quota, MonoTime now) {
  const auto left = std::to_string(quota.left(now).value_or(0));
  if (!quota.limit) return left + " requests are left";
  return left + " of " + std::to_string(*quota.limit) + " requests are left";
}

// "until 2026-01-02T03:04:05Z (42 s)"
std::string until_text(MonoTime time, const Moment& now) {
  const auto wait = std::chrono::ceil<std::chrono::seconds>(std::max(time - now.mono, Duration(0)));
  return "until " + utc_text(now.wall_of(time)) + " (" + std::to_string(wait.count()) + " s)";
}

Error not_asked(const std::string& url, const std::string& when, const std::string& why,
                std::string_view cause) {
  return {Errc::upstream_down, url + " is not asked, " + when + ": " + why, cause};
}

Error kept_for_pulls(const std::string& url, const Quota& quota, const Moment& now) {
  const auto when =
      quota.resets_at ? until_text(*quota.resets_at, now) : std::string("until there are more");
  return {Errc::upstream_down,
          url + " is asked for pulls only, " + when + ": " + counts_text(quota, now.mono), "quota"};
}

}  // namespace

Claim claim_of(Purpose purpose) {
  switch (purpose) {
    case Purpose::order:
    case Purpose::resume:
      return Claim::extra;
    case Purpose::trial:
      return Claim::trial;
    default:
      return Claim::none;
  }
}

Error token_refusal(const std::string& url, const TokenPause& pause, const Moment& now) {
  return not_asked(url, until_text(pause.until, now), pause.why, kBreakerCause);
}

std::optional<Error> health_refusal(const std::string& url, const Breaker& breaker,
                                    const std::optional<Quota>& quota, Purpose purpose,
                                    const Moment& now) {
  if (breaker.refuses(now.mono, claim_of(purpose))) {
    const bool is_tried = breaker.state(now.mono) == BreakerState::half_open;
    const auto when =
        is_tried ? std::string("until it has been tried") : until_text(breaker.until(), now);
    return not_asked(url, when, breaker.why(), kBreakerCause);
  }
  if (!quota || quota->may(purpose, now.mono)) return std::nullopt;
  if (purpose != Purpose::pull) return kept_for_pulls(url, *quota, now);
  return not_asked(url, until_text(quota->pulls_again_at(), now), counts_text(*quota, now.mono),
                   "quota");
}

}  // namespace larder::upstream
