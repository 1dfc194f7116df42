#include "daemon/auth/policy/reading.h"

#include <algorithm>

namespace larder::policy {

namespace {

using Kind = JsonNode::Kind;

constexpr std::size_t kShownValuesMax = 8;

void read_values(Reading& reading, const JsonNode& node, const std::string& place, bool booleans,
                 const ReadText& read) {
  const auto is_value = [booleans](const JsonNode& value) {
    return value.kind == Kind::text || (booleans && value.kind == Kind::boolean);
  };
  if (is_value(node)) return read(node, place);
  if (node.kind != Kind::array || node.children.empty()) {
    return reading.add_problem(node, place, "a text, or a list of at least one");
  }
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const JsonNode& value = node.children[i];
    const std::string value_place = place + "[" + std::to_string(i) + "]";
    if (is_value(value))
      read(value, value_place);
    else
      reading.add_problem(value, value_place, "a text");
  }
}

std::string joined(std::initializer_list<std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

// One text for each tree: every part of it says where it ends.
void append_unambiguously(std::string& text, const JsonNode& node) {
  text += std::to_string(static_cast<int>(node.kind)) + "," + std::to_string(node.name.size()) +
          ":" + node.name + std::to_string(node.text.size()) + ":" + node.text +
          std::to_string(node.children.size()) + ";";
  for (const JsonNode& child : node.children) append_unambiguously(text, child);
}

}  // namespace

void read_texts(Reading& reading, const JsonNode& node, const std::string& place,
                const ReadText& read) {
  read_values(reading, node, place, /*booleans=*/false, read);
}

void read_scalars(Reading& reading, const JsonNode& node, const std::string& place,
                  const ReadText& read) {
  read_values(reading, node, place, /*booleans=*/true, read);
}

bool read_object(Reading& reading, const JsonNode& node, const std::string& place,
                 std::initializer_list<std::string_view> known) {
  if (node.kind != Kind::object) {
    reading.add_problem(node, place, "an object with " + joined(known));
    return false;
  }
  for (const JsonNode& member : node.children) {
    if (std::find(known.begin(), known.end(), member.name) != known.end()) continue;
    reading.problems.add(member.line, place, in_quotes(member.name), "one of " + joined(known));
  }
  return true;
}

std::string quoted_values(const JsonNode& node) {
  if (node.kind != Kind::array) return node.shown();
  std::string text;
  const std::size_t shown = std::min(node.children.size(), kShownValuesMax);
  for (std::size_t i = 0; i < shown; ++i) {
    text.append(i == 0 ? "" : ", ").append(node.children[i].shown());
  }
  const std::size_t rest = node.children.size() - shown;
  return rest == 0 ? text : text + " and " + std::to_string(rest) + " more";
}

void add_requirement(Reading& reading, const JsonNode& node, const RequirementNote& note,
                     const std::function<Requirement()>& read) {
  std::string same = note.element + (reading.effect == Effect::allow ? "+" : "-");
  if (note.element == "Condition") same += note.wanted.substr(0, note.wanted.find(' ')) + " ";
  append_unambiguously(same, node);
  const auto known = reading.known_requirements.find(same);
  if (known != reading.known_requirements.end())
    return reading.requirements.push_back(known->second);
  Policy& policy = reading.policy;
  const auto number = static_cast<std::uint32_t>(policy.requirements.size());
  const std::size_t problems_before = reading.problems.count();
  Requirement requirement = read();
  requirement.effect = reading.effect;
  policy.requirements.push_back(requirement);
  policy.requirement_notes.push_back(note);
  reading.requirements.push_back(number);
  // A bad one is read again where it stands again, for its line.
  if (reading.problems.count() == problems_before) reading.known_requirements.emplace(same, number);
}

std::optional<PatternText> add_pattern(Reading& reading, const JsonNode& value,
                                       const std::string& place, const PatternGrammar& grammar) {
  Result<PatternText> pattern = parse_pattern(value.text, grammar);
  if (!pattern.ok()) {
    reading.add_problem(value, place, pattern.error().context);
    return std::nullopt;
  }
  reading.policy.patterns.add(*pattern);
  return *std::move(pattern);
}

}  // namespace larder::policy
