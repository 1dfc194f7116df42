#include "daemon/auth/sources/go_duration.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

namespace larder::auth {

namespace {

constexpr std::size_t kBytesMax = 64;
constexpr double kSecondsMax = 366.0 * 24 * 3600;

// Longer names first: "ms" is not "m".
constexpr std::array<std::pair<std::string_view, double>, 8> kUnits{{{"ns", 1e-9},
                                                                     {"us", 1e-6},
                                                                     {"\u00b5s", 1e-6},
                                                                     {"\u03bcs", 1e-6},
                                                                     {"ms", 1e-3},
                                                                     {"s", 1.0},
                                                                     {"m", 60.0},
                                                                     {"h", 3600.0}}};

std::optional<double> take_number(std::string_view& text) {
  const auto end = std::min(text.find_first_not_of("0123456789."), text.size());
  double number = 0;
  const auto [stopped_at, error] =
      std::from_chars(text.data(), text.data() + end, number, std::chars_format::fixed);
  if (error != std::errc() || stopped_at != text.data() + end) return std::nullopt;
  text.remove_prefix(end);
  return number;
}

std::optional<double> take_unit(std::string_view& text) {
  for (const auto& [name, seconds] : kUnits) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    return seconds;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Duration> parse_go_duration(std::string_view text) {
  if (text.empty() || text.size() > kBytesMax) return std::nullopt;
  if (text == "0") return Duration::zero();
  double seconds = 0;
  while (!text.empty()) {
    const auto number = take_number(text);
    const auto unit = number ? take_unit(text) : std::nullopt;
    if (!unit) return std::nullopt;
    seconds += *number * *unit;
  }
  if (!(seconds <= kSecondsMax)) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

}  // namespace larder::auth
