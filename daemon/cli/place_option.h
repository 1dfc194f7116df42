// --config and --socket of the commands that talk to the daemon.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include "daemon/cli/control_client.h"

namespace CLI {
class App;
}

namespace larder::cli {

// `place` must outlive the parsing.
void add_place(CLI::App& command, ControlPlace& place);

}  // namespace larder::cli
