// One schedule of the simulation: several lives of a store over one disk, all drawn from a seed.
//
// Thread-safety: any thread; a schedule runs on the one that calls.
#pragma once

#include <cstdint>
#include <optional>

#include "tests/sim/catalog.h"
#include "tests/sim/fibers.h"
#include "tests/sim/oracle.h"
#include "tests/sim/stats.h"

namespace larder::sim {

struct Verdict {
  std::uint64_t seed = 0;
  std::uint64_t trace_hash = 0;  // the same for every run of the seed
  std::optional<Violation> violation;
  Stats stats;
};

struct ScheduleOptions {
  bool aloud = false;  // prints every event
  // A disk that says it has synced and has not: to see that the oracle sees.
  bool disk_lies = false;
};

// `pool` gets the stacks it used; on a violation some of what it made may never be freed.
Verdict run_schedule(std::uint64_t seed, const Catalog& catalog, Fibers::Pool& pool,
                     const ScheduleOptions& options);

}  // namespace larder::sim
