// The arguments of the commands that look after the cache: scrub, fsck, pin, unpin, explain,
// refresh.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include "daemon/cli/invocation.h"

namespace CLI {
class App;
}

namespace larder::cli {

// Both references must outlive the parsing.
void add_cache_commands(CLI::App& app, Invocation& invocation);

}  // namespace larder::cli
