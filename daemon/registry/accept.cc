#include "daemon/registry/accept.h"

#include <algorithm>
#include <optional>

#include "daemon/http/ascii.h"

namespace larder::registry {

namespace {

struct Range {
  std::string_view type;  // "*" for any
  std::string_view subtype;
  bool refused = false;  // q=0

  int specificity() const { return (type != "*" ? 1 : 0) + (subtype != "*" ? 1 : 0); }

  bool covers(std::string_view media_type) const {
    const std::size_t slash = media_type.find('/');
    if (slash == media_type.npos) return false;
    const auto fits = [](std::string_view pattern, std::string_view text) {
      return pattern == "*" || http::equals_ignoring_case(pattern, text);
    };
    return fits(type, media_type.substr(0, slash)) && fits(subtype, media_type.substr(slash + 1));
  }
};

// "0", "0." and "0.000": RFC 9110 section 12.4.2.
bool is_zero(std::string_view quality) {
  if (!quality.starts_with('0')) return false;
  return quality.find_first_not_of("0.") == quality.npos;
}

bool is_refusal(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::size_t end = std::min(parameters.find(';'), parameters.size());
    const std::string_view one = http::trim(parameters.substr(0, end));
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
    if (one.starts_with("q=") || one.starts_with("Q=")) return is_zero(one.substr(2));
  }
  return false;
}

std::optional<Range> parse_range(std::string_view text) {
  const std::size_t end = std::min(text.find(';'), text.size());
  const std::string_view name = http::trim(text.substr(0, end));
  const std::size_t slash = name.find('/');
  if (slash == name.npos || slash == 0 || slash + 1 == name.size()) return std::nullopt;
  return Range{name.substr(0, slash), name.substr(slash + 1),
               is_refusal(text.substr(std::min(end + 1, text.size())))};
}

std::vector<Range> parse_ranges(const std::vector<std::string_view>& fields) {
  std::vector<Range> ranges;
  for (std::string_view field : fields) {
    while (!field.empty()) {
      const std::size_t end = std::min(field.find(','), field.size());
      if (const auto range = parse_range(field.substr(0, end))) ranges.push_back(*range);
      field.remove_prefix(std::min(end + 1, field.size()));
    }
  }
  return ranges;
}

}  // namespace

bool accepts(const std::vector<std::string_view>& fields, std::string_view media_type) {
  const std::vector<Range> ranges = parse_ranges(fields);
  if (ranges.empty()) return true;
  const Range* best = nullptr;
  for (const Range& range : ranges) {
    if (!range.covers(media_type)) continue;
    if (best == nullptr || range.specificity() > best->specificity()) best = &range;
  }
  return best != nullptr && !best->refused;
}

}  // namespace larder::registry
