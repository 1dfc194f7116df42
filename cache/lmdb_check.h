// Reads a whole index, and knows afterwards that its rows are good and agree with each other.
//
// A damaged one can kill whoever does this, or keep them busy: lmdb_reading.h has it done in a
// process of its own.
// Thread-safety: any thread. Blocks: on disk, about a second per million rows.
#pragma once

#include <functional>

#include "cache/lmdb_environment.h"

namespace larder::cache {

// One snapshot. `go_on` is asked now and then. An index of schema 1 is read, not judged.
// Returns: corrupt with the first thing found; busy when writers were faster: try again; cancelled.
Status check_all_rows(const LmdbEnvironment& environment, const std::function<bool()>& go_on);

}  // namespace larder::cache
