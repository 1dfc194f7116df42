// From the config's `upstreams` to the rules that make them.
#pragma once

#include <vector>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/cli/clients.h"
#include "daemon/config/config.h"
#include "daemon/upstream/freshness.h"
#include "daemon/upstream/health_book.h"
#include "daemon/upstream/upstream_observer.h"
#include "daemon/upstream/upstreams.h"

namespace larder::cli {

// What the upstreams stand on.
struct UpstreamGround {
  Clients& clients;
  upstream::HealthBook& health;
  Clock& clock;
  upstream::UpstreamObserver& observer;
};

// The ground must outlive the rules and what they make.
// Returns: invalid when a certificate file cannot be read.
Result<std::vector<upstream::UpstreamRule>> upstream_rules(
    const std::vector<config::Upstream>& upstreams, const UpstreamGround& ground);

std::vector<upstream::FreshnessRule> freshness_rules(const std::vector<config::Freshness>& rules);

}  // namespace larder::cli
