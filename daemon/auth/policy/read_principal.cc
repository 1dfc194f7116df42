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

}  // namespace

ReadPrincipals read_principals(Reading& reading, const JsonNode& node, const std::string& place) {
  if (node.kind == JsonNode::Kind::text && node.text == "*") return {true, {}, "\"*\""};
  if (node.kind != JsonNode::Kind::object || node.children.empty()) {
    reading.add_problem(node, place, kExpected);
    return {};
  }
  const auto first = static_cast<std::uint32_t>(reading.policy.principals.size());
  std::string text;
  for (const JsonNode& kind : node.children) {
    read_principal(reading, kind, place);
    text += (text.empty() ? "" : "; ") + kind.name + " " + quoted_values(kind);
  }
  const auto end = static_cast<std::uint32_t>(reading.policy.principals.size());
  return {false, {first, end - first}, std::move(text)};
}

}  // namespace larder::policy
