// How an endpoint is: for explain, metrics and the log.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "daemon/auth/renewal_facts.h"
#include "daemon/upstream/breaker.h"

namespace larder::upstream {

struct QuotaReport {
  std::uint64_t remaining = 0;  // as far as is known now
  std::optional<std::uint64_t> limit{};
  std::optional<WallTime> resets_at{};
};

// Until when no token is asked for, and why.
struct TokenPauseReport {
  WallTime until;
  std::string why;
};

struct HealthReport {
  std::string url;  // the endpoint's
  BreakerState state = BreakerState::closed;
  std::optional<WallTime> since{};  // it opened or closed; nothing: it never has
  std::optional<WallTime> until{};  // open: when it will be tried again
  std::string reason{};             // open or half-open: why
  bool is_pause = false;            // open because the endpoint asked to be left alone
  std::optional<TokenPauseReport> tokens_paused{};
  std::optional<QuotaReport> quota{};
  std::optional<std::chrono::microseconds> latency{};  // until a response's head, smoothed
  std::vector<auth::RenewalFacts> credentials{};       // tokens and what clouds lend
};

enum class HealthEvent {
  opened,           // it is not asked any more
  reopened,         // a trial failed
  closed,           // it is asked again
  tokens_paused,    // its token server asks to be left alone
  quota_low,        // revalidation stops
  quota_recovered,  // revalidation goes on
};

// Told of what changes. Thread-safety: called from any thread. Must not block.
class HealthObserver {
 public:
  virtual ~HealthObserver() = default;
  virtual void health_changed(HealthEvent event, const HealthReport& report) = 0;
  // What was remembered of the endpoint cannot be read; it begins anew.
  virtual void health_forgotten(const std::string& url, const Error& why) = 0;
};

}  // namespace larder::upstream
