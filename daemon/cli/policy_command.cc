#include "daemon/cli/policy_command.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "daemon/auth/policy/explain.h"
#include "daemon/auth/policy/policy_file.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/config_command.h"
#include "daemon/cli/policy_question.h"

namespace larder::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

std::string_view word_of(policy::Effect effect) {
  return effect == policy::Effect::allow ? "Allow" : "Deny";
}

std::string text_of(const policy::Policy& policy, const policy::Explanation& explanation) {
  std::string text = policy::describe(policy, explanation.decision) + "\n\n";
  for (const auto& statement : explanation.statements) {
    const std::string effect(word_of(statement.effect));
    text += effect + std::string(7 - effect.size(), ' ') + statement.name;
    if (statement.mismatches.empty()) text += "  matches";
    text += "\n";
    for (const auto& mismatch : statement.mismatches) {
      text += "         " + mismatch.element + ": " + mismatch.why + "\n";
    }
  }
  return text;
}

Json to_json(const policy::StatementExplanation& statement) {
  Json mismatches = Json::array();
  for (const auto& mismatch : statement.mismatches) {
    mismatches.push_back({{"element", mismatch.element}, {"why", mismatch.why}});
  }
  return {{"statement", statement.number},
          {"name", statement.name},
          {"line", statement.line},
          {"effect", word_of(statement.effect)},
          {"matches", statement.mismatches.empty()},
          {"mismatches", mismatches}};
}

// {"decision":"allowed","explicit":true,"statement":0,"name":"TeamPull","statements":[..]}
std::string json_of(const policy::Policy& policy, const policy::Explanation& explanation) {
  const policy::Decision& decision = explanation.decision;
  Json json = {{"decision", decision.is_allowed() ? "allowed" : "denied"},
               {"explicit", decision.statement.has_value()}};
  if (decision.statement) {
    json["statement"] = *decision.statement;
    json["name"] = policy::name_of(policy, *decision.statement);
  }
  json["statements"] = Json::array();
  for (const auto& statement : explanation.statements) {
    json["statements"].push_back(to_json(statement));
  }
  return dump(json);
}

std::string check_json(const std::string& file, const Result<policy::Policy>& loaded) {
  Json problems = Json::array();
  if (!loaded.ok()) {
    std::istringstream stream(loaded.error().context);
    for (std::string line; std::getline(stream, line);) problems.push_back(line);
  }
  Json json = {{"file", file}, {"ok", loaded.ok()}, {"problems", problems}};
  if (loaded.ok()) json["statements"] = loaded->statements.size();
  return dump(json);
}

}  // namespace

int test_policy(const PolicyOptions& options) {
  PolicyQuestion question(options);
  const auto request = question.request();
  if (!request.ok()) return report_error(request.error());
  const auto loaded = policy::load_policy(options.file);
  if (!loaded.ok()) return report_config_error(loaded.error());
  const policy::Explanation explanation = policy::explain(*loaded, *request);
  const int printed = print(options.output == Output::json ? json_of(*loaded, explanation)
                                                           : text_of(*loaded, explanation));
  if (printed != kExitOk) return printed;
  return explanation.decision.is_allowed() ? kExitOk : kExitDenied;
}

int check_policy(const PolicyOptions& options) {
  const auto loaded = policy::load_policy(options.file);
  if (options.output == Output::json) {
    const int printed = print(check_json(options.file, loaded));
    if (loaded.ok()) return printed;
    return loaded.error().code == Errc::invalid ? kExitInvalid : kExitFailed;
  }
  if (!loaded.ok()) return report_config_error(loaded.error());
  const std::size_t count = loaded->statements.size();
  return print(options.file + ": ok, " + std::to_string(count) +
               (count == 1 ? " statement" : " statements"));
}

}  // namespace larder::cli
