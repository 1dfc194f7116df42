// The conditional and range headers of head.h.
#include <algorithm>
#include <charconv>
#include <limits>

#include "daemon/http/ascii.h"
#include "daemon/http/head.h"

namespace larder::http {

namespace {

constexpr auto kLast = std::numeric_limits<std::uint64_t>::max();

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// Of digits alone; what does not fit in 64 bits is as good as the largest number that does.
std::uint64_t number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return failure == std::errc() ? value : kLast;
}

// "first-last", "first-" or "-last" as written; both numbers may be beyond any size.
struct ByteSpec {
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> last;
};

// Nothing for no header, another unit, several ranges, or what breaks the grammar.
std::optional<ByteSpec> parse_spec(std::optional<std::string_view> header) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header || !equals_ignoring_case(header->substr(0, kUnit.size()), kUnit)) return {};
  const auto range = header->substr(kUnit.size());
  const auto dash = range.find('-');
  if (dash == std::string_view::npos) return {};
  const auto first = range.substr(0, dash);
  const auto last = range.substr(dash + 1);
  if (first.empty() && last.empty()) return {};
  if ((!first.empty() && !is_number(first)) || (!last.empty() && !is_number(last))) return {};
  ByteSpec spec;
  if (!first.empty()) spec.first = number(first);
  if (!last.empty()) spec.last = number(last);
  return spec;
}

RangeRequest resolved(std::uint64_t begin, std::uint64_t end) {
  if (begin >= end) return {RangeRequest::Kind::unsatisfiable, 0, 0};
  return {RangeRequest::Kind::satisfiable, begin, end};
}

// One element of an If-None-Match list, without W/ and quotes; `list` becomes what follows it.
std::string_view next_etag(std::string_view& list) {
  list = trim(list);
  if (list.starts_with("W/")) list.remove_prefix(2);
  const bool quoted = list.starts_with('"');
  if (quoted) list.remove_prefix(1);
  const auto end = std::min(list.find(quoted ? '"' : ','), list.size());
  const auto tag = list.substr(0, end);
  const auto comma = std::min(list.find(',', end), list.size());
  list.remove_prefix(std::min(comma + 1, list.size()));
  return quoted ? tag : trim(tag);
}

}  // namespace

RangeRequest parse_range(std::optional<std::string_view> header, std::uint64_t size_bytes) {
  const auto spec = parse_spec(header);
  if (!spec) return {};
  if (!spec->first) return resolved(size_bytes - std::min(*spec->last, size_bytes), size_bytes);
  const auto last = spec->last.value_or(kLast);
  return resolved(*spec->first, last >= size_bytes ? size_bytes : last + 1);
}

cache::ByteRange wanted_range(std::optional<std::string_view> header) {
  const auto spec = parse_spec(header);
  if (!spec) return {0, cache::kToTheEnd};
  if (!spec->first) return {};
  const auto last = spec->last.value_or(kLast);
  const auto end = last == kLast ? cache::kToTheEnd : last + 1;
  return *spec->first < end ? cache::ByteRange{*spec->first, end} : cache::ByteRange{};
}

bool etag_matches(std::string_view if_none_match, std::string_view etag) {
  if (trim(if_none_match) == "*") return true;
  const auto wanted = next_etag(etag);
  while (!if_none_match.empty()) {
    const auto tag = next_etag(if_none_match);
    if (!tag.empty() && tag == wanted) return true;
  }
  return false;
}

}  // namespace larder::http
