// One statement of a policy.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <string>

#include "daemon/auth/policy/reading.h"

namespace larder::policy {

// Adds the statement and its note, the next of the policy, or problems. `place` is "Statement[2]".
void read_statement(Reading& reading, const JsonNode& node, std::string place);

}  // namespace larder::policy
