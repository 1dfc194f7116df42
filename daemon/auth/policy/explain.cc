#include "daemon/auth/policy/explain.h"

#include <algorithm>
#include <utility>

#include "daemon/auth/policy/problems.h"
#include "daemon/auth/policy/requirement.h"

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
std::string value_of(const Facts& facts, ConditionKey key) {
  const PolicyRequest& request = facts.request;
  switch (type_of(key)) {
    case KeyType::text:
      return in_quotes(facts.text_of(key));
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

// What the request has where the requirement wants something.
std::string got(const Requirement& requirement, const Facts& facts) {
  switch (requirement.kind) {
    case Requirement::Kind::principal:
      return who(facts.request);
    case Requirement::Kind::resource:
      return in_quotes(facts.request.resource);
    case Requirement::Kind::condition:
      break;
  }
  return facts.is_missing(requirement.key) ? "no value" : value_of(facts, requirement.key);
}

// Principal, resource, conditions; not in the order in which they are asked.
std::vector<std::uint32_t> in_reading_order(const Policy& policy, const Statement& statement) {
  const auto first = policy.requirement_numbers.begin() + statement.requirements.first;
  std::vector<std::uint32_t> numbers(first, first + statement.requirements.count);
  std::sort(numbers.begin(), numbers.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(policy.requirements[a].kind, a) < std::pair(policy.requirements[b].kind, b);
  });
  return numbers;
}

std::vector<Mismatch> mismatches_of(const Policy& policy, const Statement& statement,
                                    const Facts& facts) {
  std::vector<Mismatch> found;
  if ((statement.actions & set_of(facts.request.action)) == 0) {
    found.push_back({"Action", "got " + std::string(to_string(facts.request.action)) +
                                   ", expected " + names_of(statement.actions)});
  }
  for (const std::uint32_t number : in_reading_order(policy, statement)) {
    const Requirement& requirement = policy.requirements.at(number);
    if (is_met(policy, requirement, facts)) continue;
    const RequirementNote& note = policy.requirement_notes.at(number);
    found.push_back({note.element, "got " + got(requirement, facts) + ", expected " +
                                       (requirement.negated ? "none of " : "") + note.wanted});
  }
  return found;
}

}  // namespace

Explanation explain(const Policy& policy, const PolicyRequest& request) {
  const Facts facts(request);
  Explanation explanation{decide(policy, request), {}};
  for (const Statement& statement : policy.statements) {
    explanation.statements.push_back({statement.number, name_of(policy, statement.number),
                                      policy.notes.at(statement.number).line, statement.effect,
                                      mismatches_of(policy, statement, facts)});
  }
  std::sort(explanation.statements.begin(), explanation.statements.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  return explanation;
}

}  // namespace larder::policy
