// The Principal and NotPrincipal elements of a statement.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <string>

#include "daemon/auth/policy/reading.h"

namespace larder::policy {

struct ReadPrincipals {
  bool is_everybody = false;  // "*"
  Range principals{};
  std::string text{};  // as in the document: User "alice", "bob"; Group "ops"
};

// Adds to the policy's principals, or problems.
ReadPrincipals read_principals(Reading& reading, const JsonNode& node, const std::string& place);

}  // namespace larder::policy
