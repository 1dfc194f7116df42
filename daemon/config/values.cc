#include "daemon/config/values.h"

#include <array>
#include <charconv>
#include <limits>
#include <system_error>

namespace larder::config {

namespace {

struct Unit {
  std::string_view name;
  std::uint64_t size;
};

// Largest first. "ms" is looked for before "m": see unit_at.
constexpr std::array<Unit, 5> kTimeUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr Milliseconds kDurationMax = std::chrono::hours(24 * 3650);

constexpr std::array<Unit, 9> kSizeUnits{{{"TiB", 1ULL << 40},
                                          {"GiB", 1ULL << 30},
                                          {"MiB", 1ULL << 20},
                                          {"KiB", 1ULL << 10},
                                          {"TB", 1'000'000'000'000},
                                          {"GB", 1'000'000'000},
                                          {"MB", 1'000'000},
                                          {"KB", 1000},
                                          {"B", 1}}};

// Enough for every number a human writes; keeps products inside 64 bits checkable.
constexpr std::size_t kNumberCharsMax = 20;

// Takes the decimal number at the front of `text` off it.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool is_decimal(char c) {
  return c >= '0' && c <= '9';
}

// Takes the letters at the front of `text` off it.
std::string_view take_letters(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && !is_decimal(text[length])) ++length;
  const std::string_view letters = text.substr(0, length);
  text.remove_prefix(length);
  return letters;
}

template <std::size_t N>
const Unit* find_unit(const std::array<Unit, N>& units, std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

std::optional<Amount> parse_percent(std::string_view digits) {
  // from_chars would also take "inf", "-1" and "nan".
  if (digits.empty() || digits.size() > kNumberCharsMax || !is_decimal(digits.front())) return {};
  double percent = 0;
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, percent, std::chars_format::fixed);
  if (error != std::errc() || end != last || !(percent > 0) || percent > 100) return {};
  return Amount{percent, 0};
}

}  // namespace

std::optional<Milliseconds> parse_duration(std::string_view text) {
  if (text == "0") return Milliseconds(0);
  if (text.empty()) return std::nullopt;
  Milliseconds total{0};
  std::uint64_t smaller_than = std::numeric_limits<std::uint64_t>::max();
  while (!text.empty()) {
    const std::optional<std::uint64_t> number = take_number(text);
    const Unit* const unit = find_unit(kTimeUnits, take_letters(text));
    if (!number || unit == nullptr || unit->size >= smaller_than) return std::nullopt;
    if (*number > static_cast<std::uint64_t>(kDurationMax.count()) / unit->size)
      return std::nullopt;
    total += Milliseconds(static_cast<std::int64_t>(*number * unit->size));
    smaller_than = unit->size;
  }
  if (total > kDurationMax) return std::nullopt;
  return total;
}

std::string format_duration(Milliseconds duration) {
  auto rest = static_cast<std::uint64_t>(duration.count());
  if (rest == 0) return "0s";
  std::string text;
  for (const Unit& unit : kTimeUnits) {
    if (rest < unit.size) continue;
    text += std::to_string(rest / unit.size) + std::string(unit.name);
    rest %= unit.size;
  }
  return text;
}

std::optional<Amount> parse_amount(std::string_view text) {
  if (text.ends_with('%')) return parse_percent(text.substr(0, text.size() - 1));
  const std::optional<std::uint64_t> number = take_number(text);
  if (!number) return std::nullopt;
  if (text.empty()) return Amount{std::nullopt, *number};
  const Unit* const unit = find_unit(kSizeUnits, text);
  if (unit == nullptr || *number > std::numeric_limits<std::uint64_t>::max() / unit->size) {
    return std::nullopt;
  }
  return Amount{std::nullopt, *number * unit->size};
}

std::string format_amount(const Amount& amount) {
  if (amount.percent) {
    std::array<char, 64> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(),
                                            *amount.percent, std::chars_format::fixed);
    CHECK(error == std::errc());
    return std::string(buffer.data(), end) + "%";
  }
  // The unit that leaves the smallest number: 50GB, not 48828125KiB.
  Unit shortest{"", 1};
  for (const Unit& unit : kSizeUnits) {
    if (amount.bytes % unit.size == 0 && unit.size > shortest.size) shortest = unit;
  }
  if (amount.bytes == 0) return "0";
  return std::to_string(amount.bytes / shortest.size) + std::string(shortest.name);
}

std::optional<std::uint64_t> parse_rate(std::string_view text) {
  const std::optional<Amount> amount = parse_amount(text);
  if (!amount || amount->percent || amount->bytes < kRateMin) return std::nullopt;
  return amount->bytes;
}

std::string format_rate(std::uint64_t bytes_per_second) {
  return format_amount({std::nullopt, bytes_per_second});
}

}  // namespace larder::config
