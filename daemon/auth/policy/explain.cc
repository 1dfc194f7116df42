#include "daemon/auth/policy/explain.h"

#include <algorithm>

#include "daemon/auth/policy/elements.h"
#include "daemon/auth/policy/problems.h"

namespace larder::policy {

namespace {

std::string printed(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  const auto two = [](long number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return std::to_string(static_cast<int>(date.year())) + "-" +
         two(static_cast<unsigned>(date.month())) + "-" + two(static_cast<unsigned>(date.day())) +
         "T" + two(clock.hours().count()) + ":" + two(clock.minutes().count()) + ":" +
         two(clock.seconds().count()) + "Z";
}

std::string listed(std::span<const std::string> texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + in_quotes(text);
  return list;
}

// What the request has for a key.
std::string value_of(const PolicyRequest& request, ConditionKey key) {
  switch (type_of(key)) {
    case KeyType::text:
      return in_quotes(text_of(request, key));
    case KeyType::texts:
      return listed(request.groups);
    case KeyType::address:
      return to_string(*request.source_ip);
    case KeyType::time:
      return printed(request.time);
    case KeyType::boolean:
      break;
  }
  return request.is_secure ? "true" : "false";
}

std::string who(const PolicyRequest& request) {
  if (request.kind == SubjectKind::anonymous) return "nobody: the request is anonymous";
  std::string text = std::string(to_string(request.kind)) + " " + in_quotes(request.subject);
  if (!request.groups.empty()) text += " of " + listed(request.groups);
  return text;
}

Mismatch principal_mismatch(const StatementNote& note, const Statement& statement,
                            const PolicyRequest& request) {
  const bool excepts = statement.excepts_principals;
  return {excepts ? "NotPrincipal" : "Principal",
          "got " + who(request) + (excepts ? ", and not for " : ", expected ") + note.principals};
}

Mismatch resource_mismatch(const StatementNote& note, const Statement& statement,
                           const PolicyRequest& request) {
  const bool excepts = statement.excepts_resources;
  return {excepts ? "NotResource" : "Resource", "got " + in_quotes(request.resource) +
                                                    (excepts ? ", and not for " : ", expected ") +
                                                    note.resources};
}

Mismatch condition_mismatch(const std::string& text, const Condition& condition,
                            const PolicyRequest& request) {
  const std::string got = is_missing(request, condition.key) ? std::string("no value")
                                                             : value_of(request, condition.key);
  return {"Condition", "got " + got + ", expected " + text};
}

std::vector<Mismatch> mismatches_of(const Policy& policy, const Statement& statement,
                                    const PolicyRequest& request) {
  const StatementNote& note = policy.notes.at(statement.number);
  std::vector<Mismatch> found;
  if (!covers_action(statement, request)) {
    found.push_back({"Action", "got " + std::string(to_string(request.action)) + ", expected " +
                                   names_of(statement.actions)});
  }
  if (!covers_principal(policy, statement, request)) {
    found.push_back(principal_mismatch(note, statement, request));
  }
  if (!covers_resource(policy, statement, request)) {
    found.push_back(resource_mismatch(note, statement, request));
  }
  const Range conditions = statement.conditions;
  for (std::uint32_t i = conditions.first; i < conditions.first + conditions.count; ++i) {
    if (is_met(policy, policy.conditions[i], statement.effect, request)) continue;
    found.push_back(condition_mismatch(policy.condition_texts[i], policy.conditions[i], request));
  }
  return found;
}

}  // namespace

Explanation explain(const Policy& policy, const PolicyRequest& request) {
  Explanation explanation{decide(policy, request), {}};
  for (const Statement& statement : policy.statements) {
    explanation.statements.push_back({statement.number, name_of(policy, statement.number),
                                      policy.notes.at(statement.number).line, statement.effect,
                                      mismatches_of(policy, statement, request)});
  }
  std::sort(explanation.statements.begin(), explanation.statements.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  return explanation;
}

}  // namespace larder::policy
