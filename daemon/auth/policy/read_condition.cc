#include "daemon/auth/policy/read_condition.h"

#include <algorithm>

#include "daemon/auth/policy/date.h"
#include "daemon/http/ascii.h"

namespace larder::policy {

namespace {

template <class T>
std::uint32_t size_of(const std::vector<T>& table) {
  return static_cast<std::uint32_t>(table.size());
}

bool any_literal(const PatternText& pattern, bool (*is_so)(std::string_view)) {
  return std::any_of(pattern.pieces.begin(), pattern.pieces.end(), [&](const Piece& piece) {
    return piece.kind == Piece::Kind::literal && is_so(piece.text);
  });
}

bool has_capitals(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c != http::to_lower(c); });
}

bool has_slash(std::string_view text) {
  return text.find('/') != text.npos;
}

// A value that no request can have is a slip of the pen: what was expected in its place, or
// nothing.
std::string_view impossible(const Requirement& requirement, const PatternText& pattern,
                            std::string_view text) {
  const bool is_literal =
      pattern.pieces.size() == 1 && pattern.pieces[0].kind == Piece::Kind::literal;
  switch (requirement.key) {
    case ConditionKey::subject_kind:
      if (!is_literal || find_subject_kind(http::to_lower(text))) return {};
      return "anonymous, user, service-account, oidc or certificate";
    case ConditionKey::service_account:
      return !is_literal || has_slash(text) ? "" : "namespace/name";
    case ConditionKey::kube_namespace:
      return any_literal(pattern, has_slash) ? "a namespace alone" : "";
    case ConditionKey::upstream:
      if (any_literal(pattern, has_slash)) return "a host alone";
      [[fallthrough]];
    case ConditionKey::repository:
      if (requirement.op.ignores_case || !any_literal(pattern, has_capitals)) return {};
      return "lower case, as in every name of an image";
    default:
      return {};
  }
}

Range read_patterns(Reading& reading, const JsonNode& node, const std::string& place,
                    const Requirement& requirement) {
  const PatternGrammar grammar{.wildcards = requirement.op.comparison == Comparison::text_like,
                               .variables = reading.variables,
                               .ignores_case = requirement.op.ignores_case};
  const std::uint32_t first = reading.policy.patterns.size();
  read_texts(reading, node, place, [&](const JsonNode& value, const std::string& value_place) {
    const auto pattern = add_pattern(reading, value, value_place, grammar);
    if (!pattern) return;
    const auto expected = impossible(requirement, *pattern, value.text);
    if (!expected.empty()) reading.add_problem(value, value_place, expected);
  });
  return {first, reading.policy.patterns.size() - first};
}

Range read_blocks(Reading& reading, const JsonNode& node, const std::string& place) {
  auto& blocks = reading.policy.blocks;
  const std::uint32_t first = size_of(blocks);
  read_texts(reading, node, place, [&](const JsonNode& value, const std::string& value_place) {
    const auto block = IpBlock::parse(value.text);
    if (block.ok())
      blocks.push_back(*block);
    else
      reading.add_problem(value, value_place, block.error().context);
  });
  return {first, size_of(blocks) - first};
}

Range read_times(Reading& reading, const JsonNode& node, const std::string& place) {
  auto& times = reading.policy.times;
  const std::uint32_t first = size_of(times);
  read_texts(reading, node, place, [&](const JsonNode& value, const std::string& value_place) {
    const auto time = parse_date(value.text);
    if (time)
      times.push_back(*time);
    else
      reading.add_problem(value, value_place, "a date such as 2026-01-31T08:30:00Z");
  });
  return {first, size_of(times) - first};
}

void read_booleans(Reading& reading, const JsonNode& node, const std::string& place,
                   Requirement& requirement) {
  read_scalars(reading, node, place, [&](const JsonNode& value, const std::string& value_place) {
    if (value.text == "true")
      requirement.accepts_true = true;
    else if (value.text == "false")
      requirement.accepts_false = true;
    else
      reading.add_problem(value, value_place, "true or false");
  });
}

void read_values(Reading& reading, const JsonNode& node, const std::string& place,
                 Requirement& requirement) {
  switch (requirement.op.comparison) {
    case Comparison::text:
    case Comparison::text_like:
      requirement.rows = read_patterns(reading, node, place, requirement);
      return;
    case Comparison::address:
      requirement.rows = read_blocks(reading, node, place);
      return;
    case Comparison::boolean:
    case Comparison::absent:
      read_booleans(reading, node, place, requirement);
      return;
    default:
      requirement.rows = read_times(reading, node, place);
      return;
  }
}

// Keys that `op` can compare, for whoever chose another one.
std::string expected_keys(const Operator& op) {
  std::string names;
  for (const KeyType type :
       {KeyType::text, KeyType::texts, KeyType::address, KeyType::time, KeyType::boolean}) {
    if (!goes_with(op, type)) continue;
    names.append(names.empty() ? "" : ", ").append(names_of_condition_keys(type));
  }
  return "one of " + names;
}

void read_condition(Reading& reading, const JsonNode& node, const std::string& place,
                    const Operator& op, std::string_view op_name) {
  const auto key = find_condition_key(node.name);
  if (!key || !goes_with(op, type_of(*key))) {
    reading.problems.add(node.line, place, in_quotes(node.name), expected_keys(op));
    return;
  }
  std::string wanted(op_name);
  wanted.append(" ").append(to_string(*key)).append(" ").append(quoted_values(node));
  add_requirement(reading, node, {"Condition", std::move(wanted)}, [&] {
    Requirement requirement{.op = op, .key = *key};
    read_values(reading, node, place + "." + node.name, requirement);
    return requirement;
  });
}

void read_operator(Reading& reading, const JsonNode& node, const std::string& place) {
  const auto op = find_operator(node.name);
  if (!op) {
    reading.problems.add(node.line, place, in_quotes(node.name),
                         "one of " + names_of_operators() +
                             ", perhaps with IfExists behind, or for registry:Groups with "
                             "ForAnyValue: or ForAllValues: in front");
    return;
  }
  const std::string op_place = place + "." + node.name;
  if (node.kind != JsonNode::Kind::object || node.children.empty()) {
    reading.add_problem(node, op_place, "an object of condition keys");
    return;
  }
  for (const JsonNode& key : node.children) {
    read_condition(reading, key, op_place, *op, node.name);
  }
}

}  // namespace

void read_conditions(Reading& reading, const JsonNode& node, const std::string& place) {
  if (node.kind != JsonNode::Kind::object || node.children.empty()) {
    return reading.add_problem(node, place, "an object of condition operators");
  }
  for (const JsonNode& op : node.children) read_operator(reading, op, place);
}

}  // namespace larder::policy
