// The effective config as text for people and programs; to_yaml is in config.h.
//
// Thread-safety: any thread. Blocks: no.
#pragma once

#include <string>

#include "daemon/config/config.h"

namespace larder::config {

// The same keys and values as to_yaml, as JSON. Holds no secret.
std::string to_json(const Config& config);

}  // namespace larder::config
