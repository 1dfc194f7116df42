// Durations as Go writes them ("1h30m", "5m0s", "1.5s"), which is how Kubernetes does.
//
// Thread-safety: a function of its argument. Blocks: no.
#pragma once

#include <optional>
#include <string_view>

#include "cache/base/clock.h"

namespace larder::auth {

// Nothing for anything else, for what is less than zero, and for more than a year.
std::optional<Duration> parse_go_duration(std::string_view text);

}  // namespace larder::auth
