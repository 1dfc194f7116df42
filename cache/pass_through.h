// Reads a blob straight from its sources, for when the disk cannot take it: full, or failing.
//
// The bytes the flight had hashed are read from its file; what follows is fetched by this reader
// alone, hashed on the way, and the end is held back until the digest has been checked, like in a
// flight. What the reader had been given before it was hashed must come again as it was. A bounded
// pipe lies between the fetching thread and the reader, so a slow client slows
// its own fetch only.
#pragma once

#include <memory>

#include "cache/blob_reader.h"
#include "cache/executor.h"
#include "cache/flight.h"

namespace larder::cache {

// For a reader of the flight. Pieces must be read in ascending order.
// Requires: the flight is detached.
std::unique_ptr<BlobReader> make_pass_through(std::shared_ptr<Flight> flight, ReaderId reader,
                                              Executor& executor);

}  // namespace larder::cache
