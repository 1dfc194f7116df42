// The small languages of the config's values: durations, sizes and shares.
//
// What is formatted parses back to the same value.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/config/config.h"

namespace larder::config {

// "500ms", "3s", "15m", "2h", "30d", parts in falling order: "1h30m"; "0". At most ten years.
std::optional<Milliseconds> parse_duration(std::string_view text);
std::string format_duration(Milliseconds duration);

// "80%" (above 0, at most 100), "200GiB", "50GB", "4096" (bytes), "0".
std::optional<Amount> parse_amount(std::string_view text);
std::string format_amount(const Amount& amount);

}  // namespace larder::config
