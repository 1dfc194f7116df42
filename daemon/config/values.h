// The small languages of the config's values: durations, sizes, shares and rates.
//
// What is formatted parses back to the same value.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstdint>
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

// Bytes per second: a size such as "16MiB", at least kRateMin. A lower rate is a slip of the pen:
// a full disk would take years to read.
inline constexpr std::uint64_t kRateMin = 64 << 10;
std::optional<std::uint64_t> parse_rate(std::string_view text);
std::string format_rate(std::uint64_t bytes_per_second);

}  // namespace larder::config
