// The Condition element of a statement: operators, keys and values.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <string>

#include "daemon/auth/policy/reading.h"

namespace larder::policy {

// Adds to the policy's conditions, or problems. Returns: those it added; all of them must be met.
Range read_conditions(Reading& reading, const JsonNode& node, const std::string& place);

}  // namespace larder::policy
