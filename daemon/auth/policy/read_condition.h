// The Condition element of a statement: operators, keys and values.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <string>

#include "daemon/auth/policy/reading.h"

namespace larder::policy {

// Adds to what the statement being read requires, or problems.
void read_conditions(Reading& reading, const JsonNode& node, const std::string& place);

}  // namespace larder::policy
