// From the config's `upstreams` to the rules that make them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/config/config.h"
#include "daemon/http/client.h"
#include "daemon/upstream/freshness.h"
#include "daemon/upstream/health_book.h"
#include "daemon/upstream/upstream_observer.h"
#include "daemon/upstream/upstreams.h"

namespace larder::cli {

// The HTTP clients of all upstreams: one for each CA file, since the set of trusted certificates is
// the largest part of a client.
// Thread-safety: one thread at a time; the clients themselves from any.
class Clients {
 public:
  explicit Clients(http::ClientTimeouts timeouts) : timeouts_(timeouts) {}
  // Returns: invalid when the file cannot be read as PEM.
  Result<http::Client*> with_ca(const std::string& ca_file);

 private:
  const http::ClientTimeouts timeouts_;
  std::map<std::string, std::unique_ptr<http::Client>> clients_;
};

// What the upstreams stand on.
struct UpstreamGround {
  Clients& clients;
  upstream::HealthBook& health;
  Clock& clock;
  upstream::UpstreamObserver& observer;
};

// The ground must outlive the rules and what they make.
// Returns: invalid when a CA file cannot be read.
Result<std::vector<upstream::UpstreamRule>> upstream_rules(
    const std::vector<config::Upstream>& upstreams, const UpstreamGround& ground);

std::vector<upstream::FreshnessRule> freshness_rules(const std::vector<config::Freshness>& rules);

}  // namespace larder::cli
