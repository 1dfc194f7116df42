// How much of the map is left, and what that is enough for.
//
// Removing rows takes pages too, before it frees any, so adding stops while some are left; and
// copies of documents, which can be read from files, stop first.
// Thread-safety: any thread. Blocks: no.
#pragma once

#include "cache/lmdb_environment.h"

namespace larder::cache {

enum class Fits { nothing, record, document };

// Documents while more than 1/8 of the map is left, records while more than 1/32 is.
Result<Fits> what_fits(const LmdbEnvironment& environment);

}  // namespace larder::cache
