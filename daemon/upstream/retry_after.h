// The Retry-After header (RFC 9110 section 10.2.3), read strictly.
//
// Thread-safety: a function of its arguments. Blocks: no.
#pragma once

#include <chrono>
#include <string_view>

#include "cache/base/clock.h"
#include "cache/base/result.h"

namespace larder::upstream {

// No answer keeps us away for longer: a hostile or mistaken value must not take an upstream away
// for ever, and who really means a day says so again in an hour.
inline constexpr std::chrono::seconds kRetryAfterMax = std::chrono::hours(1);

// How long to wait from `now`, 0 .. kRetryAfterMax, from delta-seconds or an HTTP-date; a date that
// has passed is 0.
// Returns: invalid for anything else.
Result<std::chrono::seconds> parse_retry_after(std::string_view value, WallTime now);

}  // namespace larder::upstream
