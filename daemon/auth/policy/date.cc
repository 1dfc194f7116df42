#include "daemon/auth/policy/date.h"

#include <chrono>

#include "daemon/http/ascii.h"

namespace larder::policy {

namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Years that fit into a WallTime of nanoseconds.
constexpr int kYearMin = 1970;
constexpr int kYearMax = 2200;

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// Exactly `digits` of them, below `end`.
std::optional<int> take_number(std::string_view& text, std::size_t digits, int end) {
  if (text.size() < digits) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(0, digits)) {
    if (!http::is_digit(c)) return std::nullopt;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return number < end ? std::optional(number) : std::nullopt;
}

std::optional<WallTime> take_day(std::string_view& text) {
  const auto year = take_number(text, 4, kYearMax + 1);
  if (!year || *year < kYearMin || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2, 13);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2, 32);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  return date.ok() ? std::optional<WallTime>(std::chrono::sys_days(date)) : std::nullopt;
}

// Up to microseconds; further digits are read and dropped.
std::optional<microseconds> take_fraction(std::string_view& text) {
  microseconds fraction{0};
  microseconds unit{100'000};
  if (text.empty() || !http::is_digit(text[0])) return std::nullopt;
  for (; !text.empty() && http::is_digit(text[0]); text.remove_prefix(1)) {
    fraction += unit * (text[0] - '0');
    unit /= 10;
  }
  return fraction;
}

std::optional<WallTime::duration> take_hours_and_minutes(std::string_view& text) {
  const auto hour = take_number(text, 2, 24);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2, 60);
  if (!minute) return std::nullopt;
  return hours(*hour) + minutes(*minute);
}

std::optional<WallTime::duration> take_time_of_day(std::string_view& text) {
  auto time = take_hours_and_minutes(text);
  if (!time || !take(text, ':')) return time;
  const auto second = take_number(text, 2, 60);
  if (!second) return std::nullopt;
  *time += seconds(*second);
  if (!take(text, '.')) return time;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  return *time + *fraction;
}

// How far local time is ahead of UTC: "Z", "+01:00", "-08:00".
std::optional<WallTime::duration> take_zone(std::string_view& text) {
  if (take(text, 'Z')) return WallTime::duration::zero();
  const bool is_behind = text.starts_with('-');
  if (!is_behind && !text.starts_with('+')) return std::nullopt;
  text.remove_prefix(1);
  const auto offset = take_hours_and_minutes(text);
  if (!offset) return std::nullopt;
  return is_behind ? -*offset : *offset;
}

}  // namespace

std::optional<WallTime> parse_date(std::string_view text) {
  const auto day = take_day(text);
  if (!day || text.empty()) return day;
  if (!take(text, 'T')) return std::nullopt;
  const auto time = take_time_of_day(text);
  if (!time) return std::nullopt;
  const auto ahead = take_zone(text);
  if (!ahead || !text.empty()) return std::nullopt;
  return *day + *time - *ahead;
}

}  // namespace larder::policy
