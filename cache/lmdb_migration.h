// Makes the rows of an older schema those of this one.
//
// Thread-safety: none; before anybody else has the environment. Blocks: on disk, for a few seconds
// per million rows of schema 1.
#pragma once

#include "cache/lmdb_environment.h"

namespace larder::cache {

// The first rows of a new index; nothing for one that is current. In steps of one transaction each:
// killed between two of them, it goes on the next time.
// Returns: corrupt when the rows are damaged, or of a newer schema or none at all.
Status make_current(LmdbEnvironment& environment);

}  // namespace larder::cache
