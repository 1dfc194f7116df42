#include "daemon/auth/policy/read_statement.h"

#include <algorithm>

#include "daemon/auth/policy/read_condition.h"
#include "daemon/auth/policy/read_principal.h"
#include "daemon/auth/policy/read_resource.h"
#include "daemon/http/ascii.h"

namespace larder::policy {

namespace {

constexpr std::size_t kSidBytesMax = 128;

bool is_sid(const JsonNode& node) {
  const std::string& text = node.text;
  return node.kind == JsonNode::Kind::text && !text.empty() && text.size() <= kSidBytesMax &&
         std::none_of(text.begin(), text.end(), http::is_control);
}

// The Sid, unless it is none or taken.
std::string read_sid(Reading& reading, const JsonNode& statement, const std::string& place) {
  const JsonNode* const node = statement.find("Sid");
  if (node == nullptr) return "";
  if (!is_sid(*node)) {
    reading.add_problem(*node, place + ".Sid", "1 to 128 printable bytes");
    return "";
  }
  if (reading.sids.insert(node->text).second) return node->text;
  reading.add_problem(*node, place + ".Sid", "a Sid for each statement alone");
  return "";
}

// The one of two elements that a statement has; a problem when it has both or none.
const JsonNode* one_of(Reading& reading, const JsonNode& statement, const std::string& place,
                       std::string_view name, std::string_view negated_name) {
  const JsonNode* const plain = statement.find(name);
  const JsonNode* const negated = statement.find(negated_name);
  if ((plain == nullptr) != (negated == nullptr)) return plain != nullptr ? plain : negated;
  reading.problems.add(statement.line, place, plain == nullptr ? "neither" : "both",
                       "one of " + std::string(name) + " and " + std::string(negated_name));
  return nullptr;
}

Effect read_effect(Reading& reading, const JsonNode& statement, const std::string& place) {
  const JsonNode* const node = statement.find("Effect");
  if (node == nullptr) {
    reading.problems.add(statement.line, place, "no Effect", "Allow or Deny");
    return Effect::deny;
  }
  if (node->kind == JsonNode::Kind::text && node->text == "Allow") return Effect::allow;
  if (node->kind != JsonNode::Kind::text || node->text != "Deny") {
    reading.add_problem(*node, place + ".Effect", "Allow or Deny");
  }
  return Effect::deny;
}

ActionSet read_actions(Reading& reading, const JsonNode& node, const std::string& place) {
  unsigned actions = 0;
  read_texts(reading, node, place, [&](const JsonNode& value, const std::string& value_place) {
    const ActionSet named = actions_named(value.text);
    actions |= named;
    if (named == 0) {
      reading.add_problem(value, value_place,
                          "an action: " + names_of(kEveryAction) + ", or a pattern of them");
    }
  });
  return static_cast<ActionSet>(actions);
}

void read_action_element(Reading& reading, const JsonNode& node, const std::string& place,
                         Statement& statement) {
  statement.actions = read_actions(reading, node, place + "." + node.name);
  if (node.name == "Action") return;
  if (statement.actions == kEveryAction) {
    reading.add_problem(node, place + ".NotAction", "less: no action is left to cover");
  }
  statement.actions = static_cast<ActionSet>(kEveryAction & ~statement.actions);
}

void read_elements(Reading& reading, const JsonNode& node, const std::string& place,
                   Statement& statement) {
  const auto element = [&](std::string_view name, std::string_view negated_name) {
    return one_of(reading, node, place, name, negated_name);
  };
  if (const JsonNode* const principal = element("Principal", "NotPrincipal")) {
    read_principals(reading, *principal, place + "." + principal->name);
  }
  if (const JsonNode* const action = element("Action", "NotAction")) {
    read_action_element(reading, *action, place, statement);
  }
  if (const JsonNode* const resource = element("Resource", "NotResource")) {
    read_resources(reading, *resource, place + "." + resource->name);
  }
  if (const JsonNode* const condition = node.find("Condition")) {
    read_conditions(reading, *condition, place + ".Condition");
  }
}

// How soon to ask a requirement: first what takes little time and is seldom true.
int rank_of(const Requirement& requirement) {
  if (requirement.kind == Requirement::Kind::principal) return 2;
  if (requirement.kind == Requirement::Kind::resource) return 3;
  switch (requirement.op.comparison) {
    case Comparison::text:
      return requirement.op.ignores_case ? 4 : 0;
    case Comparison::text_like:
    case Comparison::address:
      return 4;
    default:
      return 1;
  }
}

Range store_requirements(Reading& reading) {
  Policy& policy = reading.policy;
  std::stable_sort(reading.requirements.begin(), reading.requirements.end(),
                   [&](std::uint32_t a, std::uint32_t b) {
                     return rank_of(policy.requirements[a]) < rank_of(policy.requirements[b]);
                   });
  const Range range{static_cast<std::uint32_t>(policy.requirement_numbers.size()),
                    static_cast<std::uint32_t>(reading.requirements.size())};
  policy.requirement_numbers.insert(policy.requirement_numbers.end(), reading.requirements.begin(),
                                    reading.requirements.end());
  return range;
}

}  // namespace

void read_statement(Reading& reading, const JsonNode& node, std::string place) {
  if (!read_object(reading, node, place,
                   {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource",
                    "NotResource", "Condition"})) {
    return;
  }
  Policy& policy = reading.policy;
  std::string sid = read_sid(reading, node, place);
  if (!sid.empty()) place += " (" + sid + ")";
  Statement statement{.number = static_cast<std::uint32_t>(policy.notes.size())};
  policy.notes.push_back({std::move(sid), node.line});
  statement.effect = reading.effect = read_effect(reading, node, place);
  reading.requirements.clear();
  read_elements(reading, node, place, statement);
  statement.requirements = store_requirements(reading);
  policy.statements.push_back(statement);
}

}  // namespace larder::policy
