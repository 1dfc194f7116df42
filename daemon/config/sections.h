// The sections of the config file that hold lists or choices, each read into its value.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <vector>

#include "daemon/config/config.h"
#include "daemon/config/section.h"

namespace larder::config {

// `listeners`, `metrics` and `control`, together because their addresses must differ. After the
// tokens, which listeners may need.
void read_addresses(Section& root, Config& config);
void read_upstreams(Section& root, Config& config);
void read_freshness(Section& root, Config& config);
void read_tokens(Section& root, Tokens& tokens);
// `issuers` of the tokens.
void read_token_issuers(Section& section, std::vector<TokenIssuer>& issuers);

}  // namespace larder::config
