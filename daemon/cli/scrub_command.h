// `larder scrub`: has the running daemon read every blob now.
//
// Thread-safety: one thread at a time. Blocks: on the daemon; until the pass has ended, when it is
// waited for.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "daemon/cli/control_client.h"
#include "daemon/cli/output.h"

namespace larder::cli {

struct ScrubOptions {
  ControlPlace place;
  std::optional<std::uint64_t> bytes_per_second;  // empty: as the daemon likes it
  bool no_wait = false;
  bool only_status = false;  // starts nothing, prints the report of the running or last pass
  Output output = Output::text;
  std::chrono::milliseconds poll{500};
};

// Returns: the exit status; kExitFailed also when something was found and not repaired.
int scrub(const ScrubOptions& options);

}  // namespace larder::cli
