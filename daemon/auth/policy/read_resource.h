// The Resource and NotResource elements of a statement.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <string>

#include "daemon/auth/policy/reading.h"

namespace larder::policy {

// Adds to the policy's patterns, or problems. Returns: those it added.
Range read_resources(Reading& reading, const JsonNode& node, const std::string& place);

}  // namespace larder::policy
