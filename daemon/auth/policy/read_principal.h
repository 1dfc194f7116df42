// The Principal and NotPrincipal elements of a statement.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <string>

#include "daemon/auth/policy/reading.h"

namespace larder::policy {

// Adds to what the statement being read requires, or problems. "*" requires nothing.
void read_principals(Reading& reading, const JsonNode& node, const std::string& place);

}  // namespace larder::policy
