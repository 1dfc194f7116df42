// What the rooms tell about themselves, counted (metrics.h) and logged.
//
// One "request" line at level info for each answer; what an operator must act on is warn or error;
// the rest is debug. Of a request's query only `ns` is logged.
// Thread-safety: any thread. Blocks: on the log's write to stderr.
#pragma once

#include "cache/store_observer.h"
#include "daemon/control/metrics.h"
#include "daemon/log/log.h"
#include "daemon/registry/registry_observer.h"
#include "daemon/upstream/health_report.h"
#include "daemon/upstream/upstream_observer.h"

namespace larder::control {

class Telemetry final : public cache::StoreObserver,
                        public upstream::UpstreamObserver,
                        public upstream::HealthObserver,
                        public registry::RegistryObserver {
 public:
  // Both must outlive this.
  Telemetry(Metrics& metrics, log::Logger& logger) : metrics_(metrics), logger_(logger) {}

  void flight_started(const cache::Digest& digest) override;
  void flight_joined(const cache::Digest& digest) override;
  void flight_ended(const cache::Digest& digest, const Status& status,
                    std::uint64_t bytes) override;
  void blob_published(const cache::Digest& digest, std::uint64_t size_bytes) override;
  void cache_degraded(const cache::Digest& digest, const Error& why) override;
  void corrupt(const cache::Digest& digest, const std::string& source) override;
  void evicted(const cache::Digest& digest, std::uint64_t size_bytes) override;
  void flight_resumed(const cache::Digest& digest, std::uint64_t bytes) override;
  void source_failed(const cache::Digest& digest, const std::string& source,
                     const Error& why) override;

  void request_ended(const std::string& upstream, const std::string& endpoint_host, int status,
                     std::uint64_t body_bytes, const Status& outcome) override;
  void answer_useless(const std::string& upstream, const std::string& endpoint_host,
                      const Error& why) override;

  void asked_for_credential(const std::string& upstream, const std::string& kind,
                            const Status& outcome, Duration pause) override;

  void health_changed(upstream::HealthEvent event, const upstream::HealthReport& report) override;
  void health_forgotten(const std::string& url, const Error& why) override;

  void request_finished(const http::Request& request, registry::RouteKind kind,
                        const http::Exchange& exchange) override;
  void stale_served(std::string_view upstream, std::string_view reason) override;
  void tag_gone(const cache::TagName& name) override;
  void tag_moved(const cache::TagName& name, const cache::Digest& from,
                 const cache::Digest& to) override;

 private:
  Metrics& metrics_;
  log::Logger& logger_;
};

// A request target without what may be secret: its path, cut when very long, and its `ns`.
std::string loggable_target(std::string_view target);

}  // namespace larder::control
