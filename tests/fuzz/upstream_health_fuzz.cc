// Whatever a registry says about its limits, and whatever lies in the index: no wait is longer than
// it may be, and what is saved can be read again.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cache/base/check.h"
#include "daemon/upstream/quota_headers.h"
#include "daemon/upstream/retry_after.h"
#include "daemon/upstream/saved_health.h"

namespace {

using namespace larder::upstream;

constexpr Moment kNow{larder::MonoTime(std::chrono::hours(1000)),
                      larder::WallTime(std::chrono::seconds(1'700'000'000))};

void check_quota(const std::string& text) {
  for (const char* name : {"RateLimit", "RateLimit-Remaining", "X-RateLimit-Remaining"}) {
    larder::http::Headers headers;
    headers.add(name, text);
    headers.add("RateLimit-Policy", text);
    headers.add("RateLimit-Limit", text);
    headers.add("RateLimit-Reset", text);
    const auto quota = parse_quota(headers, kNow);
    if (!quota) continue;
    CHECK(quota->limit != 0U && quota->remaining <= quota->limit.value_or(~0ULL));
    CHECK(quota->may(Purpose::revalidate, kNow.mono + kQuotaMemoryMax + kQuotaMemoryMax));
    CHECK(quota->may(Purpose::pull, kNow.mono + kRetryAfterMax));
  }
}

void check_saved(const std::string& text) {
  const auto saved = parse_saved_health(text, kNow);
  if (!saved) return;
  Breaker breaker;
  breaker.restore(saved->breaker, kNow.mono);
  CHECK(breaker.state(kNow.mono + kRetryAfterMax) != BreakerState::open);
  CHECK(parse_saved_health(to_text(*saved, kNow), kNow).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto wait = parse_retry_after(text, kNow.wall);
  CHECK(!wait || (wait->count() >= 0 && *wait <= kRetryAfterMax));
  check_quota(text);
  check_saved(text);
  return 0;
}
