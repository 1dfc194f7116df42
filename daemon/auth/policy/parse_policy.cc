#include <algorithm>

#include "daemon/auth/policy/json_node.h"
#include "daemon/auth/policy/policy.h"
#include "daemon/auth/policy/problems.h"
#include "daemon/auth/policy/read_statement.h"
#include "daemon/auth/policy/reading.h"

namespace larder::policy {

namespace {

using Kind = JsonNode::Kind;

constexpr std::string_view kVersionWithVariables = "2012-10-17";
constexpr std::string_view kVersionWithout = "2008-10-17";

// As in IAM, a policy that names no version is of the old one.
Variables read_version(Reading& reading, const JsonNode& document) {
  const JsonNode* const node = document.find("Version");
  if (node == nullptr) return Variables::not_in_this_version;
  if (node->kind == Kind::text && node->text == kVersionWithVariables) return Variables::allowed;
  if (node->kind != Kind::text || node->text != kVersionWithout) {
    reading.add_problem(*node, "Version", "\"2012-10-17\" or \"2008-10-17\"");
    return Variables::allowed;
  }
  return Variables::not_in_this_version;
}

void read_id(Reading& reading, const JsonNode& document) {
  const JsonNode* const node = document.find("Id");
  if (node != nullptr && node->kind != Kind::text) reading.add_problem(*node, "Id", "a text");
}

void read_statements(Reading& reading, const JsonNode& document) {
  const JsonNode* const node = document.find("Statement");
  if (node == nullptr) {
    return reading.problems.add(document.line, "policy", "no Statement", "at least one");
  }
  if (node->kind != Kind::array) return read_statement(reading, *node, "Statement");
  if (node->children.empty()) return reading.add_problem(*node, "Statement", "at least one");
  for (std::size_t i = 0; i < node->children.size(); ++i) {
    read_statement(reading, node->children[i], "Statement[" + std::to_string(i) + "]");
  }
}

void read_document(Reading& reading, const JsonNode& document) {
  if (!read_object(reading, document, "policy", {"Version", "Id", "Statement"})) return;
  reading.variables = read_version(reading, document);
  read_id(reading, document);
  read_statements(reading, document);
}

}  // namespace

Result<Policy> parse_policy(std::string_view json, const std::string& file_name) {
  Problems problems(file_name);
  Policy policy;
  if (json.size() > kPolicyBytesMax) {
    problems.add(1, "policy", "more", "at most " + std::to_string(kPolicyBytesMax) + " bytes");
    return Error{Errc::invalid, problems.str()};
  }
  Reading reading{policy, problems};
  const auto document = parse_json(json, problems);
  if (document) read_document(reading, *document);
  if (!problems.empty()) return Error{Errc::invalid, problems.str()};
  std::stable_partition(policy.statements.begin(), policy.statements.end(),
                        [](const Statement& s) { return s.effect == Effect::deny; });
  return policy;
}

}  // namespace larder::policy
