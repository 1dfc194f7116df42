#include "daemon/upstream/retry_after.h"

#include <algorithm>

#include "daemon/http/ascii.h"
#include "daemon/http/http_date.h"

namespace larder::upstream {

namespace {

using std::chrono::seconds;

// As many digits as there may be: beyond the cap their number does not matter.
seconds capped_seconds(std::string_view digits) {
  seconds sum{0};
  for (const char c : digits) sum = std::min(sum * 10 + seconds(c - '0'), kRetryAfterMax);
  return sum;
}

}  // namespace

Result<seconds> parse_retry_after(std::string_view value, WallTime now) {
  const auto text = http::trim(value);
  const bool is_delta = !text.empty() && std::all_of(text.begin(), text.end(), http::is_digit);
  if (is_delta) return capped_seconds(text);
  const auto date = http::parse_http_date(text, now);
  if (!date) return Error{Errc::invalid, "Retry-After is neither seconds nor a date"};
  // Rounded up: not a fraction of a second too early.
  const seconds wait = *date - std::chrono::floor<seconds>(now);
  return std::clamp(wait, seconds(0), kRetryAfterMax);
}

}  // namespace larder::upstream
