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

void read_principal_element(Reading& reading, const JsonNode& node, const std::string& place,
                            Statement& statement) {
  ReadPrincipals read = read_principals(reading, node, place + "." + node.name);
  reading.policy.notes.back().principals = std::move(read.text);
  statement.principals = read.principals;
  statement.excepts_principals = node.name == "NotPrincipal";
  statement.is_for_everybody = read.is_everybody && !statement.excepts_principals;
  if (read.is_everybody && statement.excepts_principals) {
    reading.add_problem(node, place + ".NotPrincipal", "an object: nobody is outside \"*\"");
  }
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
  statement.effect = read_effect(reading, node, place);
  if (const JsonNode* const principal = element("Principal", "NotPrincipal")) {
    read_principal_element(reading, *principal, place, statement);
  }
  if (const JsonNode* const action = element("Action", "NotAction")) {
    read_action_element(reading, *action, place, statement);
  }
  if (const JsonNode* const resource = element("Resource", "NotResource")) {
    statement.resources = read_resources(reading, *resource, place + "." + resource->name);
    statement.excepts_resources = resource->name == "NotResource";
    reading.policy.notes.back().resources = quoted_values(*resource);
  }
  if (const JsonNode* const condition = node.find("Condition")) {
    statement.conditions = read_conditions(reading, *condition, place + ".Condition");
  }
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
  policy.notes.push_back({std::move(sid), node.line, "", ""});
  read_elements(reading, node, place, statement);
  policy.statements.push_back(statement);
}

}  // namespace larder::policy
