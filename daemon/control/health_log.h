// The log lines about the health of upstreams' endpoints.
//
// Thread-safety: any thread. Blocks: on the log's write to stderr.
#pragma once

#include "daemon/log/log.h"
#include "daemon/upstream/health_report.h"

namespace larder::control {

// One line when a breaker opens or closes, or a quota gets low or recovers; a trial that fails in
// between is debug.
void log_health(log::Logger& logger, upstream::HealthEvent event,
                const upstream::HealthReport& report);

}  // namespace larder::control
