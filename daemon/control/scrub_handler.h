// /v1/scrub of the control socket: POST starts a pass over the cache, GET tells how it goes.
//
// Thread-safety: any thread. Blocks: as the functions given.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "cache/check_report.h"
#include "daemon/http/message.h"

namespace larder::control {

// What the scrubber is asked for. Called from any thread; must be quick.
struct ScrubCommands {
  // Starts a pass now, at this rate, or as configured.
  // Returns: busy when one is running that will not be ended for it.
  std::function<Status(std::optional<std::uint64_t> bytes_per_second)> start;
  // Of the pass that is running, or else of the last one; nothing when there was none.
  std::function<std::optional<cache::CheckReport>()> report;
};

class ScrubHandler {
 public:
  explicit ScrubHandler(ScrubCommands commands) : commands_(std::move(commands)) {}

  http::Response handle(const http::Request& request) const;

 private:
  http::Response start(const std::string& body) const;

  const ScrubCommands commands_;
};

}  // namespace larder::control
