// The metrics of Larder: every family of docs/operations.md, counted here and written as Prometheus
// text.
//
// Label values come from small fixed sets, or are cut to a bounded number of distinct ones: what is
// beyond the bound is counted under "other". A counter is looked up by value, not by building
// labels. Thread-safety: any thread. Blocks: no (short locks only).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/control/labels.h"
#include "daemon/upstream/upstream.h"

namespace larder::control {

// One answered request.
struct RequestSample {
  std::string_view listener;
  registry::RouteKind kind = registry::RouteKind::unknown;
  int status = 0;  // 0: cut before a status line, counted but not timed
  CacheUse cache = CacheUse::none;
  std::uint64_t served_bytes = 0;  // of the body
  std::chrono::microseconds first_byte{0};
  std::chrono::microseconds total{0};
};

// What is read from the store and the upstreams when somebody asks for the metrics.
struct Readings {
  std::uint64_t cache_bytes = 0;
  std::uint64_t cache_budget_bytes = 0;
  std::uint64_t flights = 0;
  std::vector<upstream::UpstreamReport> upstreams{};
};

class Metrics {
 public:
  explicit Metrics(const std::string& version);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void count_request(const RequestSample& sample);
  // Of a request that no handler has seen.
  void count_refused(std::string_view listener, int status);
  void count_connection_refused(std::string_view listener, std::string_view reason);
  void set_certificate_expiry(const std::string& listener, const std::string& file,
                              WallTime expires);
  // `status` 0: there was no response.
  void count_upstream_request(std::string_view upstream, int status, std::uint64_t body_bytes);
  void count_flight_join();
  void count_stale_served(std::string_view upstream, std::string_view reason);
  void count_corrupt_blob();
  void count_evicted(std::uint64_t bytes);
  void count_resumed(std::uint64_t bytes);
  // `decision`: "allow" or "deny".
  void count_policy_decision(std::string_view listener, std::string_view decision);
  // `outcome`: "issued", or why not.
  void count_token_issued(std::string_view listener, std::string_view outcome);
  void count_cache_degraded(std::string_view reason);
  // `outcome`: "ok" or an error's code.
  void count_token_refresh(const std::string& kind, std::string_view outcome);

  // Text exposition format 0.0.4.
  std::string text(const Readings& readings) const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace larder::control
