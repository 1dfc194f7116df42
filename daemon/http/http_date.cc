#include "daemon/http/http_date.h"

#include <array>
#include <chrono>
#include <optional>
#include <span>

#include "daemon/http/ascii.h"

namespace larder::http {

namespace {

namespace chr = std::chrono;

constexpr std::array<std::string_view, 7> kDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Parts {
  unsigned weekday = 0;  // 0: Sunday
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
};

// Reads a text from its front; once something did not fit, nothing fits any more.
class Scan {
 public:
  explicit Scan(std::string_view text) : rest_(text) {}

  Scan& word(std::string_view expected) {
    if (!rest_.starts_with(expected)) return fail();
    rest_.remove_prefix(expected.size());
    return *this;
  }
  template <class Number>
  Scan& digits(std::size_t count, Number& number) {
    number = 0;
    if (rest_.size() < count) return fail();
    for (const char c : rest_.substr(0, count)) {
      if (!is_digit(c)) return fail();
      number = number * 10 + static_cast<Number>(c - '0');
    }
    rest_.remove_prefix(count);
    return *this;
  }
  // One of `names`, as far as `length` of each.
  Scan& name(std::span<const std::string_view> names, std::size_t length, unsigned& index) {
    for (index = 0; index < names.size(); ++index) {
      const auto expected = names[index].substr(0, length);
      if (rest_.starts_with(expected)) return word(expected);
    }
    return fail();
  }
  // "08", or " 8" as asctime(3) writes it.
  Scan& padded_day(unsigned& day) {
    return rest_.starts_with(' ') ? word(" ").digits(1, day) : digits(2, day);
  }
  Scan& time(Parts& parts) {
    return digits(2, parts.hour)
        .word(":")
        .digits(2, parts.minute)
        .word(":")
        .digits(2, parts.second);
  }
  bool is_at_end() const { return !failed_ && rest_.empty(); }

 private:
  Scan& fail() {
    failed_ = true;
    rest_ = {};
    return *this;
  }

  std::string_view rest_;
  bool failed_ = false;
};

constexpr std::size_t kShort = 3;  // letters of an abbreviated name

std::optional<Parts> fixdate(std::string_view text) {
  Parts parts;
  Scan scan(text);
  scan.name(kDays, kShort, parts.weekday).word(", ").digits(2, parts.day).word(" ");
  scan.name(kMonths, kShort, parts.month).word(" ").digits(4, parts.year).word(" ");
  scan.time(parts).word(" GMT");
  return scan.is_at_end() ? std::optional(parts) : std::nullopt;
}

std::optional<Parts> asctime_date(std::string_view text) {
  Parts parts;
  Scan scan(text);
  scan.name(kDays, kShort, parts.weekday).word(" ").name(kMonths, kShort, parts.month).word(" ");
  scan.padded_day(parts.day).word(" ").time(parts).word(" ").digits(4, parts.year);
  return scan.is_at_end() ? std::optional(parts) : std::nullopt;
}

int year_of(WallTime time) {
  return static_cast<int>(chr::year_month_day(chr::floor<chr::days>(time)).year());
}

std::optional<Parts> rfc850_date(std::string_view text, WallTime now) {
  Parts parts;
  Scan scan(text);
  scan.name(kDays, std::string_view::npos, parts.weekday).word(", ").digits(2, parts.day).word("-");
  scan.name(kMonths, kShort, parts.month).word("-").digits(2, parts.year).word(" ");
  scan.time(parts).word(" GMT");
  if (!scan.is_at_end()) return std::nullopt;
  const int this_year = year_of(now);
  parts.year += this_year - this_year % 100;
  if (parts.year > this_year + 50) parts.year -= 100;
  if (parts.year <= this_year - 50) parts.year += 100;
  return parts;
}

// A leap second is the first second of the next minute.
std::optional<chr::sys_seconds> time_of(const Parts& parts) {
  const chr::year_month_day date(chr::year(parts.year), chr::month(parts.month + 1),
                                 chr::day(parts.day));
  const bool time_exists = parts.hour < 24 && parts.minute < 60 && parts.second <= 60;
  if (!date.ok() || !time_exists) return std::nullopt;
  const chr::sys_days days(date);
  if (chr::weekday(days).c_encoding() != parts.weekday) return std::nullopt;
  return days + chr::hours(parts.hour) + chr::minutes(parts.minute) + chr::seconds(parts.second);
}

}  // namespace

Result<chr::sys_seconds> parse_http_date(std::string_view text, WallTime now) {
  auto parts = fixdate(text);
  if (!parts) parts = rfc850_date(text, now);
  if (!parts) parts = asctime_date(text);
  const auto time = parts ? time_of(*parts) : std::nullopt;
  if (!time) return Error{Errc::invalid, "no HTTP-date"};
  return *time;
}

}  // namespace larder::http
