// Takes away the capabilities the process was started with; it needs at most one, to bind.
#pragma once

#include "cache/base/result.h"

namespace larder::cli {

// Empties the bounding, ambient, inheritable, permitted and effective sets of this thread, and of
// those it starts from now on. `keep_low_ports` leaves it what binds a port below 1024. Nothing is
// to do where no capability is held.
Status drop_capabilities(bool keep_low_ports);

// What that left, for every thread of the process: the kernel knows capabilities of threads only,
// so each gives its own up, asked by a signal (SIGUSR2). Blocks: a moment.
Status drop_last_capabilities();

}  // namespace larder::cli
