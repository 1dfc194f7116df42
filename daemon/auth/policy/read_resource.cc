#include "daemon/auth/policy/read_resource.h"

#include <algorithm>

#include "daemon/http/ascii.h"

namespace larder::policy {

namespace {

// Of hosts, with a port or in brackets, and of repositories.
bool is_resource_byte(char c) {
  constexpr std::string_view kMarks = "._-/:[]";
  return (http::is_alnum(c) && c == http::to_lower(c)) || kMarks.find(c) != kMarks.npos;
}

bool has_only_resource_bytes(const PatternText& pattern) {
  return std::all_of(pattern.pieces.begin(), pattern.pieces.end(), [](const Piece& piece) {
    return std::all_of(piece.text.begin(), piece.text.end(), is_resource_byte);
  });
}

// Every wildcard and variable as a *, which is how much they may stand for at most.
std::string shape_of(const PatternText& pattern) {
  std::string shape;
  for (const Piece& piece : pattern.pieces) {
    shape += piece.kind == Piece::Kind::literal ? piece.text : "*";
  }
  return shape;
}

// A colon is a port's: it has a "/" behind it, or something that may stand for one, and none before
// it.
bool has_tag_or_scheme(std::string_view shape) {
  const std::size_t colon = shape.rfind(':');
  if (colon == shape.npos || shape.starts_with('[')) return shape.find("//") != shape.npos;
  return shape.substr(0, colon).find('/') != shape.npos ||
         shape.substr(colon).find_first_of("/*") == shape.npos || shape.find("//") != shape.npos;
}

// What was expected in place of a resource that no request can name; empty for a good one.
std::string_view impossible(const PatternText& pattern) {
  const std::string shape = shape_of(pattern);
  if (!has_only_resource_bytes(pattern)) {
    return "lower case host/repository with * and ?, as in docker.io/library/*";
  }
  if (has_tag_or_scheme(shape)) return "host/repository without a scheme or tag";
  if (shape.find_first_of("/*") == shape.npos) return "host/repository, as in docker.io/library/*";
  return {};
}

Range read_patterns_of_resources(Reading& reading, const JsonNode& node, const std::string& place) {
  const PatternGrammar grammar{.wildcards = true, .variables = reading.variables};
  const std::uint32_t first = reading.policy.patterns.size();
  read_texts(reading, node, place, [&](const JsonNode& value, const std::string& value_place) {
    const auto pattern = add_pattern(reading, value, value_place, grammar);
    if (!pattern) return;
    const auto expected = impossible(*pattern);
    if (!expected.empty()) reading.add_problem(value, value_place, expected);
  });
  return {first, reading.policy.patterns.size() - first};
}

}  // namespace

void read_resources(Reading& reading, const JsonNode& node, const std::string& place) {
  add_requirement(reading, node, {node.name, quoted_values(node)}, [&] {
    return Requirement{.kind = Requirement::Kind::resource,
                       .negated = node.name == "NotResource",
                       .rows = read_patterns_of_resources(reading, node, place)};
  });
}

}  // namespace larder::policy
