// Why a policy decides as it does: each statement, and what of it does not cover the request.
//
// It asks the same functions as decide(), so it cannot tell another story.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/auth/policy/policy.h"

namespace larder::policy {

struct Mismatch {
  std::string element;  // "NotResource"
  std::string why;      // "docker.io/library/redis is covered by \"docker.io/*\""
};

struct StatementExplanation {
  std::uint32_t number = 0;
  std::string name;  // name_of()
  int line = 1;
  Effect effect = Effect::deny;
  std::vector<Mismatch> mismatches;  // none: the statement matches
};

struct Explanation {
  Decision decision;
  std::vector<StatementExplanation> statements;  // all, in the document's order
};

// The texts are printable whatever the request and the policy hold.
Explanation explain(const Policy& policy, const PolicyRequest& request);

}  // namespace larder::policy
