// A policy, compiled: who may do what with which repositories, and how that is decided.
//
// The grammar is that of IAM's resource policies (docs/policy.md; IAM user guide, "Policy
// evaluation logic"): what no statement allows is denied, and a statement that denies wins over all
// that allow.
// Thread-safety: a Policy does not change once parsed; decide() from any thread. Blocks: no.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/result.h"
#include "daemon/auth/policy/action.h"
#include "daemon/auth/policy/address.h"
#include "daemon/auth/policy/condition_key.h"
#include "daemon/auth/policy/operator.h"
#include "daemon/auth/policy/pattern.h"
#include "daemon/auth/policy/request.h"

namespace larder::policy {

inline constexpr std::size_t kPolicyBytesMax = 1 << 20;

enum class Effect : std::uint8_t { allow, deny };

// Subjects whose name, or one of whose groups, a pattern covers. Nobody anonymous.
struct Principal {
  enum class Kind : std::uint8_t { subject, user, oidc, certificate, service_account, group };
  Kind kind = Kind::subject;
  Range patterns;
};

// Something a statement wants of a request besides its action. Statements that want the same share
// one, and it is asked once in a decision.
struct Requirement {
  enum class Kind : std::uint8_t { principal, resource, condition } kind = Kind::condition;
  Effect effect = Effect::deny;  // of the statements that want it
  bool negated = false;          // NotPrincipal, NotResource
  Range rows{};                  // principals; patterns; a condition's patterns, blocks or times
  Operator op{};                 // of a condition, from here on
  ConditionKey key = ConditionKey::source_ip;
  bool accepts_true = false;  // booleans
  bool accepts_false = false;
};

struct Statement {
  std::uint32_t number = 0;  // in the document, from 0
  Effect effect = Effect::deny;
  ActionSet actions = 0;
  Range requirements{};  // of requirement_numbers
};

// What explanations say of a statement, in the words of the document.
struct StatementNote {
  std::string sid;
  int line = 1;
};

// The same of a requirement: "NotResource" and "\"docker.io/*\"".
struct RequirementNote {
  std::string element;
  std::string wanted;
};

// Ranges refer to the tables beside them.
struct Policy {
  std::vector<Statement> statements;  // those that deny first, else in the document's order
  std::vector<std::uint32_t> requirement_numbers;  // a statement's side by side, the quickest first
  std::vector<Requirement> requirements;
  std::vector<Principal> principals;
  Patterns patterns;
  std::vector<IpBlock> blocks;
  std::vector<WallTime> times;

  std::vector<StatementNote> notes;                // by a statement's number
  std::vector<RequirementNote> requirement_notes;  // by a requirement's number
};

// Returns: invalid with one line per problem, "FILE:LINE: PLACE: got X, expected Y"; the first 50
// of them.
Result<Policy> parse_policy(std::string_view json, const std::string& file_name);

enum class Verdict { allowed, denied, implicitly_denied };

struct Decision {
  Verdict verdict = Verdict::implicitly_denied;
  std::optional<std::uint32_t> statement{};  // the number of the one that decided

  bool is_allowed() const { return verdict == Verdict::allowed; }
  bool operator==(const Decision&) const = default;
};

// Allocates nothing.
Decision decide(const Policy& policy, const PolicyRequest& request);

// A statement's Sid, or "Statement[3]".
std::string name_of(const Policy& policy, std::uint32_t statement);

// "allowed by TeamPull", "denied by Statement[3]", "denied: no statement allows it".
std::string describe(const Policy& policy, const Decision& decision);

}  // namespace larder::policy
