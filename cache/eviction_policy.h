// Which blob goes first when room is needed: S3-FIFO over the two queues of the index.
//
// A new blob waits in probation, which is kept small; one that was used there moves to main, one
// that was not goes, and is remembered as a ghost (ghosts.h): when it comes back, it begins in
// main. In main a use buys another round. So what is fetched once, however much of it, passes
// through probation and leaves main alone. docs/eviction.md says how this was chosen.
// Thread-safety: any thread. Blocks: no.
#pragma once

#include <cstdint>
#include <optional>

#include "cache/index.h"

namespace larder::cache {

// Of all bytes, what probation may hold before it is the queue that gives.
inline constexpr std::uint64_t kProbationPercent = 10;
// Bytes of victims that are remembered as ghosts, of all bytes.
inline constexpr std::uint64_t kGhostPercent = 90;

// The queue the next victim comes from. Bytes are disk_bytes.
Queue queue_to_shrink(std::uint64_t probation_bytes, std::uint64_t all_bytes);

// Where the oldest blob of its queue goes because it was used; nothing when it was not, and may go.
// `is_used`: it has been used since its frequency was written down.
std::optional<Requeue> second_chance(const Candidate& oldest, bool is_used);

}  // namespace larder::cache
