#include "daemon/upstream/content_range.h"

#include <charconv>

namespace larder::upstream {

namespace {

// Takes the digits in front; nothing when there are none or too many.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool take(std::string_view& text, std::string_view literal) {
  if (!text.starts_with(literal)) return false;
  text.remove_prefix(literal.size());
  return true;
}

std::optional<ContentRange> parse(std::string_view text) {
  if (!take(text, "bytes ")) return std::nullopt;
  const auto first = take_number(text);
  if (!first || !take(text, "-")) return std::nullopt;
  const auto last = take_number(text);
  if (!last || *last < *first || *last == UINT64_MAX || !take(text, "/")) return std::nullopt;
  ContentRange parsed{{*first, *last + 1}, std::nullopt};
  if (text == "*") return parsed;
  parsed.size_bytes = take_number(text);
  if (!parsed.size_bytes || !text.empty() || *last >= *parsed.size_bytes) return std::nullopt;
  return parsed;
}

}  // namespace

Result<std::uint64_t> parse_unsatisfied_range(std::string_view value) {
  const auto size = take(value, "bytes */") ? take_number(value) : std::nullopt;
  if (size && value.empty()) return *size;
  return Error{Errc::invalid, "malformed Content-Range"};
}

Result<ContentRange> parse_content_range(std::string_view value) {
  if (const auto parsed = parse(value)) return *parsed;
  return Error{Errc::invalid, "malformed Content-Range"};
}

}  // namespace larder::upstream
