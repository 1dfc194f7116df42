// The arguments of `larder policy test` and `larder policy check`.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include "daemon/cli/invocation.h"

namespace CLI {
class App;
}

namespace larder::cli {

// Both references must outlive the parsing.
void add_policy(CLI::App& app, Invocation& invocation);

}  // namespace larder::cli
