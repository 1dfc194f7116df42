// Points in time as policies spell them: the profile of ISO 8601 at w3.org/TR/NOTE-datetime, from a
// whole day on.
//
// Thread-safety: a function of its argument. Blocks: no.
#pragma once

#include <optional>
#include <string_view>

#include "cache/base/clock.h"

namespace larder::policy {

// "2026-01-31" (its first moment, UTC), "2026-01-31T08:30Z", "2026-01-31T08:30:00+01:00",
// "2026-01-31T08:30:00.5Z". Nothing for any other form, and for a day or time that does not exist.
std::optional<WallTime> parse_date(std::string_view text);

}  // namespace larder::policy
