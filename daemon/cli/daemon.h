// The daemon, wired: every part of `larder serve` and the order in which they live and die.
//
// Thread-safety: one thread at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/worker_pool.h"
#include "daemon/cli/cache_engine.h"
#include "daemon/cli/clients.h"
#include "daemon/cli/health_notes.h"
#include "daemon/cli/listener_access.h"
#include "daemon/cli/upstream_rules.h"
#include "daemon/config/config.h"
#include "daemon/control/access_telemetry.h"
#include "daemon/control/control_handler.h"
#include "daemon/control/listener_telemetry.h"
#include "daemon/control/metrics.h"
#include "daemon/control/ops_handler.h"
#include "daemon/control/telemetry.h"
#include "daemon/http/server.h"
#include "daemon/log/log.h"
#include "daemon/registry/explain.h"
#include "daemon/registry/refresher.h"
#include "daemon/registry/registry.h"
#include "daemon/upstream/endpoint_care.h"

namespace larder::cli {

class Daemon {
 public:
  // Opens the cache, binds every listener and serves.
  // Returns: what stands in the way, in one line that names the path, address or file.
  // `proxies` are those of the environment.
  static Result<std::unique_ptr<Daemon>> start(const config::Config& config, log::Logger& logger,
                                               http::ProxyRules proxies = {});
  ~Daemon();  // drain with no time left

  // Not ready, no new connections; running answers may end until `limit`; then everything stops.
  void drain(std::chrono::milliseconds limit);

  // Where the listeners ended up, in the config's order.
  std::vector<std::string> addresses() const;
  std::string metrics_address() const { return metrics_server_->address(); }

 private:
  // Runs the cache's fetches and writes.
  class FetchExecutor final : public cache::Executor {
   public:
    explicit FetchExecutor(WorkerPool& pool) : pool_(pool) {}
    bool run(std::function<void()> work) override { return pool_.submit(std::move(work)); }

   private:
    WorkerPool& pool_;
  };

  Daemon(const config::Config& config, log::Logger& logger, http::ProxyRules proxies);

  Status open_cache();
  Status assemble_registry();
  void set_chores();
  Status listen();
  Status listen_on(const config::Listener& listener);
  Status listen_for_control();
  control::ScrubCommands scrub_commands();
  control::PinCommands pin_commands();
  control::ImageCommands image_commands();
  control::TokenCommands token_commands();
  control::Readings readings() const;

  const config::Config config_;
  log::Logger& logger_;
  SystemClock clock_;
  control::Metrics metrics_;
  control::Telemetry telemetry_;
  control::AccessTelemetry access_telemetry_;
  control::ListenerTelemetry listener_telemetry_;
  std::atomic<bool> ready_ = false;
  bool is_closed_ = false;
  WorkerPool fetch_pool_;
  WorkerPool http_pool_;
  WorkerPool control_pool_;  // its own: a refresh waits for upstream, a probe must not
  WorkerPool ops_pool_;
  FetchExecutor executor_;

  std::unique_ptr<CacheEngine> cache_;

  std::optional<HealthNotes> health_notes_;
  std::optional<upstream::HealthBook> health_;
  Clients clients_;
  std::optional<upstream::Upstreams> upstreams_;
  std::optional<upstream::EndpointCare> care_;
  std::optional<registry::NamedDocuments> documents_;
  std::optional<registry::Manifests> manifests_;
  std::optional<registry::Blobs> blobs_;
  std::optional<registry::Lists> lists_;
  std::unique_ptr<ListenerAccess> access_;
  std::optional<registry::Registry> registry_;
  std::optional<registry::Explainer> explainer_;
  std::optional<registry::Refresher> refresher_;
  std::optional<control::OpsHandler> ops_;
  std::optional<control::ControlHandler> control_;

  std::vector<std::unique_ptr<http::Server>> servers_;
  std::unique_ptr<http::Server> metrics_server_;
  std::unique_ptr<http::Server> control_server_;
};

}  // namespace larder::cli
