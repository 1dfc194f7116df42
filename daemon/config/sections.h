// The sections of the config file that hold lists or choices, each read into its value.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include "daemon/config/config.h"
#include "daemon/config/section.h"

namespace larder::config {

// `listeners`, `metrics` and `control`, together because their addresses must differ.
void read_addresses(Section& root, Config& config);
void read_upstreams(Section& root, Config& config);
void read_freshness(Section& root, Config& config);

}  // namespace larder::config
