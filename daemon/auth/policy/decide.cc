#include <algorithm>
#include <span>

#include "daemon/auth/policy/elements.h"
#include "daemon/auth/policy/policy.h"

namespace larder::policy {

namespace {

bool matches(const Policy& policy, const Statement& statement, const PolicyRequest& request) {
  if (!covers_action(statement, request)) return false;
  if (!covers_resource(policy, statement, request)) return false;
  if (!covers_principal(policy, statement, request)) return false;
  const auto* const first = policy.conditions.data() + statement.conditions.first;
  return std::all_of(first, first + statement.conditions.count, [&](const Condition& condition) {
    return is_met(policy, condition, statement.effect, request);
  });
}

}  // namespace

Decision decide(const Policy& policy, const PolicyRequest& request) {
  // Those that deny come first, so the first that matches decides.
  for (const Statement& statement : policy.statements) {
    if (!matches(policy, statement, request)) continue;
    const bool denies = statement.effect == Effect::deny;
    return {denies ? Verdict::denied : Verdict::allowed, statement.number};
  }
  return {};
}

std::string name_of(const Policy& policy, std::uint32_t statement) {
  const std::string& sid = policy.notes.at(statement).sid;
  return sid.empty() ? "Statement[" + std::to_string(statement) + "]" : sid;
}

std::string describe(const Policy& policy, const Decision& decision) {
  if (!decision.statement) return "denied: no statement allows it";
  return std::string(decision.is_allowed() ? "allowed by " : "denied by ") +
         name_of(policy, *decision.statement);
}

}  // namespace larder::policy
