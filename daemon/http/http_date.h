// An HTTP-date in its three forms (RFC 9110 section 5.6.7), read strictly.
//
// Thread-safety: a function of its arguments. Blocks: no.
#pragma once

#include <chrono>
#include <string_view>

#include "cache/base/clock.h"
#include "cache/base/result.h"

namespace larder::http {

// "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994".
// A year of two digits is the one closest to `now` that is not more than 50 years after it.
// Returns: invalid for any other form, a date that does not exist or has another day of the week.
Result<std::chrono::sys_seconds> parse_http_date(std::string_view text, WallTime now);

}  // namespace larder::http
