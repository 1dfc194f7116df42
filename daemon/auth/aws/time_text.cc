#include "daemon/auth/aws/time_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>

#include "daemon/http/ascii.h"

namespace larder::aws {

namespace {

namespace chr = std::chrono;

// Takes the texts of a moment from left to right; once one is not there, ok() is false for good.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    const bool all = rest_.size() >= count && std::all_of(rest_.begin(), rest_.begin() + count,
                                                          [](char c) { return http::is_digit(c); });
    if (!all) return fail();
    std::from_chars(rest_.data(), rest_.data() + count, value);
    rest_.remove_prefix(count);
    return value;
  }
  bool skip_if(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  void skip(std::string_view text) {
    if (!skip_if(text)) fail();
  }
  void skip_digits() {
    const auto end = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (end == 0) fail();
    rest_.remove_prefix(end);
  }
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && rest_.empty(); }

 private:
  int fail() {
    ok_ = false;
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

// A WallTime ends in 2262; what says "never" by a later year means this one.
constexpr int kYearMax = 2200;
constexpr double kYearMaxInEpochSeconds = 7258118400.0;

struct Parts {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

std::optional<WallTime> moment(const Parts& parts) {
  const auto date = chr::year(std::min(parts.year, kYearMax)) /
                    chr::month(static_cast<unsigned>(parts.month)) /
                    chr::day(static_cast<unsigned>(parts.day));
  const bool in_day = parts.hour < 24 && parts.minute < 60 && parts.second <= 60;  // a leap second
  if (!date.ok() || parts.year < 1970 || !in_day) return std::nullopt;
  return chr::sys_days(date) + chr::hours(parts.hour) + chr::minutes(parts.minute) +
         chr::seconds(parts.second);
}

// "Z" or "+01:00", as what has to be taken off.
chr::minutes read_offset(Reader& text) {
  if (text.skip_if("Z") || text.skip_if("z")) return chr::minutes(0);
  const int sign = text.skip_if("-") ? -1 : 1;
  if (sign == 1) text.skip("+");
  const int hours = text.digits(2);
  text.skip_if(":");
  return sign * (chr::hours(hours) + chr::minutes(text.digits(2)));
}

void read_time_of_day(Reader& text, Parts& parts) {
  parts.hour = text.digits(2);
  text.skip(":");
  parts.minute = text.digits(2);
  text.skip(":");
  parts.second = text.digits(2);
}

}  // namespace

std::string amz_date(WallTime time) {
  const auto seconds = chr::floor<chr::seconds>(time);
  const auto days = chr::floor<chr::days>(seconds);
  const chr::year_month_day date(days);
  const chr::hh_mm_ss clock(seconds - days);
  std::array<char, 64> text;
  const int size = std::snprintf(
      text.data(), text.size(), "%04d%02u%02uT%02d%02d%02dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return std::string(text.data(), static_cast<std::size_t>(size));
}

std::optional<WallTime> parse_iso8601(std::string_view text) {
  Reader reader(text);
  Parts parts;
  parts.year = reader.digits(4);
  reader.skip("-");
  parts.month = reader.digits(2);
  reader.skip("-");
  parts.day = reader.digits(2);
  reader.skip("T");
  read_time_of_day(reader, parts);
  if (reader.skip_if(".")) reader.skip_digits();
  const auto offset = read_offset(reader);
  const auto local = moment(parts);
  if (!reader.at_end() || !local) return std::nullopt;
  return *local - offset;
}

std::optional<WallTime> from_epoch_seconds(double seconds) {
  if (!(seconds >= 0)) return std::nullopt;
  const double bounded = std::min(seconds, kYearMaxInEpochSeconds);
  return WallTime(chr::milliseconds(static_cast<std::int64_t>(bounded * 1000)));
}

}  // namespace larder::aws
