#include "daemon/auth/policy/read_principal.h"

#include <algorithm>
#include <array>

namespace larder::policy {

namespace {

struct KindName {
  std::string_view name;
  Principal::Kind kind;
};

constexpr std::array kKindNames{
    KindName{"Subject", Principal::Kind::subject},
    KindName{"User", Principal::Kind::user},
    KindName{"Oidc", Principal::Kind::oidc},
    KindName{"Certificate", Principal::Kind::certificate},
    KindName{"ServiceAccount", Principal::Kind::service_account},
    KindName{"Group", Principal::Kind::group},
};

constexpr std::string_view kExpected =
    "\"*\", or an object with Subject, User, Oidc, Certificate, ServiceAccount, Group";

// "shop/web", "shop/*", "*".
bool may_be_service_account(std::string_view text) {
  return text == "*" || std::count(text.begin(), text.end(), '/') == 1;
}

void read_principal(Reading& reading, const JsonNode& node, const std::string& place) {
  const auto* const known =
      std::find_if(kKindNames.begin(), kKindNames.end(),
                   [&](const KindName& name) { return name.name == node.name; });
  if (known == kKindNames.end()) {
    return reading.problems.add(node.line, place, in_quotes(node.name), kExpected);
  }
  const PatternGrammar grammar{.wildcards = true, .variables = Variables::not_here};
  const std::uint32_t first = reading.policy.patterns.size();
  const std::string names_place = place + "." + node.name;
  read_texts(reading, node, names_place, [&](const JsonNode& value, const std::string& where) {
    (void)add_pattern(reading, value, where, grammar);
    if (known->kind == Principal::Kind::service_account && !may_be_service_account(value.text)) {
      reading.add_problem(value, where, "namespace/name, as in shop/web or shop/*");
    }
  });
  reading.policy.principals.push_back(
      {known->kind, {first, reading.policy.patterns.size() - first}});
}

// User "alice", "bob"; Group "ops"
std::string as_written(const JsonNode& node) {
  std::string text;
  for (const JsonNode& kind : node.children) {
    text += (text.empty() ? "" : "; ") + kind.name + " " + quoted_values(kind);
  }
  return text;
}

}  // namespace

void read_principals(Reading& reading, const JsonNode& node, const std::string& place) {
  const bool negated = node.name == "NotPrincipal";
  if (node.kind == JsonNode::Kind::text && node.text == "*") {
    if (negated) reading.add_problem(node, place, "an object: nobody is outside \"*\"");
    return;
  }
  if (node.kind != JsonNode::Kind::object || node.children.empty()) {
    return reading.add_problem(node, place, kExpected);
  }
  add_requirement(reading, node, {node.name, as_written(node)}, [&] {
    const auto first = static_cast<std::uint32_t>(reading.policy.principals.size());
    for (const JsonNode& kind : node.children) read_principal(reading, kind, place);
    const auto end = static_cast<std::uint32_t>(reading.policy.principals.size());
    return Requirement{
        .kind = Requirement::Kind::principal, .negated = negated, .rows = {first, end - first}};
  });
}

}  // namespace larder::policy
