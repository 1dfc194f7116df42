// How AWS spells moments: in signatures, in JSON and XML answers.
//
// What lies after 2200 is told as 2200.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cache/base/clock.h"

namespace larder::aws {

// "20260115T083000Z", as X-Amz-Date has it.
std::string amz_date(WallTime time);

// ISO 8601 as AWS services write it: "2026-01-15T14:30:00Z", with a fraction (which is dropped) or
// an offset ("+00:00") too. Nothing for anything else.
std::optional<WallTime> parse_iso8601(std::string_view text);

// Seconds since 1970 as a JSON number. Nothing when that is no moment since then.
std::optional<WallTime> from_epoch_seconds(double seconds);

}  // namespace larder::aws
