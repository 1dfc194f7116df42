// A policy decided in the simplest way there is, straight from the document: what decide() is
// compared with. It knows the grammar of good policies alone.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "daemon/auth/policy/policy.h"

namespace larder::policy {

// Values by the condition keys' names; none: the request lacks the key.
using Values = std::map<std::string, std::vector<std::string>>;

inline bool reference_glob(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    return reference_glob(pattern.substr(1), text) ||
           (!text.empty() && reference_glob(pattern, text.substr(1)));
  }
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         reference_glob(pattern.substr(1), text.substr(1));
}

class ReferencePolicy {
 public:
  ReferencePolicy(const nlohmann::json& document, Values values, Action action)
      : document_(document), values_(std::move(values)), action_(to_string(action)) {}

  Verdict decide() const {
    bool is_allowed = false;
    for (const auto& statement : document_.at("Statement")) {
      if (!matches(statement)) continue;
      if (statement.at("Effect") == "Deny") return Verdict::denied;
      is_allowed = true;
    }
    return is_allowed ? Verdict::allowed : Verdict::implicitly_denied;
  }

 private:
  using Json = nlohmann::json;

  static std::vector<std::string> list(const Json& value) {
    return value.is_array() ? value.get<std::vector<std::string>>()
                            : std::vector<std::string>{value.get<std::string>()};
  }

  std::vector<std::string> values(const std::string& key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? std::vector<std::string>() : found->second;
  }

  // Nothing when a variable has no value. The values used in tests have no wildcards.
  std::optional<std::string> resolved(std::string text) const {
    for (std::size_t at = text.find("${"); at != text.npos; at = text.find("${")) {
      const std::size_t end = text.find('}', at);
      const auto found = values(text.substr(at + 2, end - at - 2));
      if (found.empty()) return std::nullopt;
      text.replace(at, end - at + 1, found[0]);
    }
    return text;
  }

  // Whether `text` is one of the list's; what is unknown never allows.
  bool is_one(const Json& patterns, const std::string& text, bool wildcards, bool negated,
              bool denies) const {
    bool is_unknown = false;
    for (const std::string& written : list(patterns)) {
      const auto pattern = resolved(written);
      if (pattern && (wildcards ? reference_glob(*pattern, text) : *pattern == text)) {
        return !negated;
      }
      // What no value could make a match is no unknown.
      is_unknown |= !pattern && reference_glob(shape(written), text);
    }
    return negated && (!is_unknown || denies);
  }

  static std::string shape(std::string text) {
    for (std::size_t at = text.find("${"); at != text.npos; at = text.find("${")) {
      text.replace(at, text.find('}', at) - at + 1, "*");
    }
    return text;
  }

  bool covers_action(const Json& statement) const {
    const bool negated = statement.contains("NotAction");
    const auto patterns = list(statement.at(negated ? "NotAction" : "Action"));
    return negated != std::any_of(patterns.begin(), patterns.end(),
                                  [&](const std::string& p) { return reference_glob(p, action_); });
  }

  bool is_principal(const std::string& kind, const std::string& pattern) const {
    const std::string own_kind = values("registry:SubjectKind").at(0);
    const std::string key = kind == "Group"            ? "registry:Groups"
                            : kind == "ServiceAccount" ? "registry:ServiceAccount"
                                                       : "registry:Subject";
    if (own_kind == "anonymous" || (kind == "User" && own_kind != "user")) return false;
    const auto names = values(key);
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return reference_glob(pattern, name); });
  }

  bool covers_principal(const Json& statement) const {
    const bool negated = statement.contains("NotPrincipal");
    const Json& principal = statement.at(negated ? "NotPrincipal" : "Principal");
    if (principal == "*") return true;
    for (const auto& [kind, patterns] : principal.items()) {
      for (const std::string& pattern : list(patterns)) {
        if (is_principal(kind, pattern)) return !negated;
      }
    }
    return negated;
  }

  bool covers_resource(const Json& statement, bool denies) const {
    const bool negated = statement.contains("NotResource");
    const auto resource =
        values("registry:Upstream").at(0) + "/" + values("registry:Repository")[0];
    return is_one(statement.at(negated ? "NotResource" : "Resource"), resource, true, negated,
                  denies);
  }

  static bool take(std::string& text, const std::string& part) {
    const std::size_t at = text.find(part);
    if (at == text.npos) return false;
    text.erase(at, part.size());
    return true;
  }

  bool is_met(std::string op, const std::string& key, const Json& wanted, bool denies) const {
    const bool if_exists = take(op, "IfExists");
    const bool any = take(op, "ForAnyValue:");
    const bool all = take(op, "ForAllValues:");
    const auto own = values(key);
    if (op == "Null") return own.empty() == (wanted == "true");
    const bool negated = take(op, "Not");
    if (own.empty()) return if_exists || all || (negated && !any);
    const auto compares = [&](const std::string& value) {
      return is_one(wanted, value, op == "StringLike", negated, denies);
    };
    return any ? std::any_of(own.begin(), own.end(), compares)
               : std::all_of(own.begin(), own.end(), compares);
  }

  bool matches(const Json& statement) const {
    const bool denies = statement.at("Effect") == "Deny";
    if (!covers_action(statement) || !covers_principal(statement) ||
        !covers_resource(statement, denies)) {
      return false;
    }
    const Json conditions = statement.value("Condition", Json::object());
    for (const auto& [op, keys] : conditions.items()) {
      for (const auto& [key, wanted] : keys.items()) {
        if (!is_met(op, key, wanted, denies)) return false;
      }
    }
    return true;
  }

  const nlohmann::json& document_;
  const Values values_;
  const std::string action_;
};

}  // namespace larder::policy
