// `larder serve`: the daemon, from its config to its drained end.
#pragma once

#include <string>

#include "daemon/config/config.h"

namespace larder::cli {

// Serves until a signal ends it. `config_file` is where `config` came from, empty for the defaults.
// Blocks: until then. Returns: the exit status.
int serve(const config::Config& config, const std::string& config_file);

}  // namespace larder::cli
