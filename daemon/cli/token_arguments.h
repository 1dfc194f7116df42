// The arguments of `larder token`.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include "daemon/cli/invocation.h"

namespace CLI {
class App;
}

namespace larder::cli {

// Both references must outlive the parsing.
void add_token(CLI::App& app, Invocation& invocation);

}  // namespace larder::cli
