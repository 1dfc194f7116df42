// What is allowed in a config and is likely not meant.
//
// Thread-safety: a function of its argument. Blocks: no.
#pragma once

#include <string>
#include <vector>

#include "daemon/config/config.h"

namespace larder::config {

// One line each, naming the listener and what would mend it.
std::vector<std::string> warnings_of(const Config& config);

}  // namespace larder::config
