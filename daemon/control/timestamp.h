// Points in time as the control socket tells them: those of the log (log::timestamp), read back.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>

#include "cache/base/clock.h"

namespace larder::control {

// "2026-01-02T03:04:05.678Z"; nothing for any other form, or a date that does not exist.
std::optional<WallTime> parse_timestamp(const std::string& text);

}  // namespace larder::control
