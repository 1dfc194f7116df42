#include "daemon/cli/daemon.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "daemon/cli/server_options.h"
#include "daemon/cli/upstream_rules.h"
#include "daemon/control/control_socket.h"
#include "daemon/registry/image_reference.h"

namespace larder::cli {

namespace {

// Each connection being answered holds a thread, and each fetch another; both mostly wait.
constexpr std::size_t kHttpThreadsMax = 1024;
constexpr std::size_t kFetchThreadsMax = 512;
constexpr std::size_t kOpsThreadsMax = 4;
constexpr unsigned kReadersMargin = 16;

registry::ListenerRules listener_rules(const std::vector<config::Listener>& listeners,
                                       registry::AccessGates gates) {
  registry::ListenerRules rules{.gates = std::move(gates)};
  for (const auto& listener : listeners) {
    rules.hosts[listener.name] = listener.hosts;
    rules.upstreams[listener.name] = listener.upstreams;
  }
  return rules;
}

}  // namespace

Result<std::unique_ptr<Daemon>> Daemon::start(const config::Config& config, log::Logger& logger,
                                              http::ProxyRules proxies) {
  std::unique_ptr<Daemon> daemon(new Daemon(config, logger, std::move(proxies)));
  if (Status opened = daemon->open_cache(); !opened.ok()) return opened.error();
  if (Status wired = daemon->assemble_registry(); !wired.ok()) return wired.error();
  if (Status bound = daemon->listen(); !bound.ok()) return bound.error();
  if (Status bound = daemon->listen_for_control(); !bound.ok()) return bound.error();
  daemon->cache_->start_care();
  daemon->ready_ = true;
  return daemon;
}

Daemon::Daemon(const config::Config& config, log::Logger& logger, http::ProxyRules proxies)
    : config_(config),
      logger_(logger),
      metrics_(LARDER_VERSION),
      telemetry_(metrics_, logger_),
      access_telemetry_(metrics_, logger_),
      listener_telemetry_(metrics_, logger_, clock_),
      fetch_pool_(
          {.name = "fetch", .threads_max = kFetchThreadsMax, .queue_max = kFetchThreadsMax}),
      // Without a queue: when every thread has an answer under way, a 503 now beats an answer late.
      http_pool_({.name = "http", .threads_max = kHttpThreadsMax, .queue_max = 0}),
      control_pool_({.name = "control", .threads_max = kOpsThreadsMax, .queue_max = 64}),
      ops_pool_({.name = "ops", .threads_max = kOpsThreadsMax, .queue_max = 64}),
      executor_(fetch_pool_),
      clients_({.connect = config.deadlines.connect,
                .first_byte = config.deadlines.first_byte,
                .stall = config.deadlines.stall},
               std::move(proxies), blocks_of(config.egress_allow)) {}

Daemon::~Daemon() {
  drain(std::chrono::milliseconds(0));
}

// Readers and fetches go before what they read from; the pools are at rest before the store goes.
void Daemon::drain(std::chrono::milliseconds limit) {
  ready_ = false;
  if (documents_) documents_->stop();
  if (care_) care_->stop();
  {
    std::vector<std::jthread> draining;
    for (const auto& server : servers_) {
      draining.emplace_back([&] {
        if (!server->drain(limit)) logger_.write(log::Level::warn, "drain_cut_connections");
      });
    }
  }
  clients_.stop();  // who waits for an upstream now waits no more
  if (control_server_ != nullptr) control_server_->drain(std::chrono::milliseconds(0));
  if (cache_ != nullptr) {
    cache_->stop_care();
    cache_->store().stop();
  }
  http_pool_.stop();
  control_pool_.stop();
  if (cache_ != nullptr) cache_->store().flush();  // what the last answers put
  fetch_pool_.stop();
  if (metrics_server_ != nullptr) metrics_server_->drain(std::chrono::milliseconds(0));
  ops_pool_.stop();
  if (cache_ != nullptr && !std::exchange(is_closed_, true)) cache_->close();
}

std::vector<std::string> Daemon::addresses() const {
  std::vector<std::string> result;
  for (const auto& server : servers_) result.push_back(server->address());
  return result;
}

Status Daemon::open_cache() {
  const unsigned readers_max = kHttpThreadsMax + kFetchThreadsMax + kReadersMargin;
  auto engine =
      CacheEngine::open({config_.cache, readers_max, clock_, executor_, telemetry_, logger_});
  if (!engine.ok()) return engine.error();
  cache_ = *std::move(engine);
  return {};
}

Status Daemon::assemble_registry() {
  health_notes_.emplace(cache_->index());
  health_.emplace(*health_notes_, clock_, telemetry_, upstream::random_jitter,
                  std::min(config_.deadlines.connect, config_.deadlines.manifest));
  auto rules = upstream_rules(config_.upstreams, {clients_, *health_, clock_, telemetry_});
  if (!rules.ok()) return rules.error();
  const auto& deadlines = config_.deadlines;
  upstreams_.emplace(*std::move(rules));
  care_.emplace(*upstreams_, executor_, clock_, deadlines.connect + deadlines.first_byte);
  documents_.emplace(registry::NamedDocumentsOptions{config_.offline, deadlines.manifest},
                     upstream::FreshnessRules(freshness_rules(config_.freshness)), cache_->store(),
                     clock_, executor_, telemetry_);
  manifests_.emplace(registry::ManifestsOptions{deadlines.manifest, config_.offline}, *documents_,
                     cache_->store(), clock_);
  // A reader outwaits a source that stalls, so that the next source can go on.
  const auto reader_stall = deadlines.stall + deadlines.connect + deadlines.first_byte;
  blobs_.emplace(registry::BlobsOptions{deadlines.first_byte, reader_stall, config_.offline},
                 cache_->store(), clock_);
  lists_.emplace(registry::ListsOptions{deadlines.manifest, config_.offline}, *documents_,
                 cache_->store(), clock_);
  auto access = ListenerAccess::open(
      config_, {clients_, cache_->index(), cache_->store(), clock_, access_telemetry_});
  if (!access.ok()) return access.error();
  access_ = *std::move(access);
  registry_.emplace(config_.default_upstream, *upstreams_, *manifests_, *blobs_, *lists_,
                    telemetry_, listener_rules(config_.listeners, access_->gates()));
  ops_.emplace(
      control::OpsParts{metrics_, [this] { return readings(); }, [this] { return ready_.load(); }});
  set_chores();
  return {};
}

// Once there is all that they are about: a start that fails closes the cache, too.
void Daemon::set_chores() {
  // What the index cannot take is its keeper's to tell, and is tried again.
  cache_->set_chores({.each_second =
                          [this] {
                            documents_->tick();
                            if (!config_.offline) care_->tick();
                            (void)health_->save_changes();
                            access_->maintain();
                          },
                      .at_close =
                          [this] {
                            (void)health_->save_all();
                            access_->save();
                          }});
}

Status Daemon::listen() {
  auto metrics = http::Server::start({.name = "metrics", .address = config_.metrics_address},
                                     ops_pool_, *ops_);
  if (!metrics.ok()) return metrics.error();
  metrics_server_ = *std::move(metrics);
  for (const auto& listener : config_.listeners) {
    if (Status bound = listen_on(listener); !bound.ok()) return bound;
  }
  return {};
}

Status Daemon::listen_on(const config::Listener& listener) {
  auto server = http::Server::start(server_options(listener, listener_telemetry_), http_pool_,
                                    access_->front(listener.name, *registry_));
  if (!server.ok()) return server.error();
  servers_.push_back(*std::move(server));
  return {};
}

// Without it a node serves as well, only nobody can give orders; so only a socket that the config
// names must work.
Status Daemon::listen_for_control() {
  control_.emplace(scrub_commands(), pin_commands(), image_commands(), token_commands(), logger_);
  auto server = control::serve_control(config_.control.socket, control_pool_, *control_, logger_);
  if (server.ok()) {
    control_server_ = *std::move(server);
  } else if (config_.control.is_required) {
    return server.error();
  } else {
    logger_.write(log::Level::warn, "no_control_socket", {{"error", describe(server.error())}});
  }
  return {};
}

control::ScrubCommands Daemon::scrub_commands() {
  cache::Scrubber& scrubber = cache_->scrubber();
  return {.start = [&scrubber](std::optional<std::uint64_t> bytes_per_second) -> Status {
            if (scrubber.start_pass(bytes_per_second)) return {};
            return Error{Errc::busy, "an ordered pass is running already"};
          },
          .report = [&scrubber]() -> std::optional<cache::CheckReport> {
            auto report = scrubber.progress();
            if (report.started_at == WallTime{}) return std::nullopt;
            return report;
          }};
}

control::PinCommands Daemon::pin_commands() {
  cache::Store& store = cache_->store();
  return {.pin = [&store](const cache::Digest& digest,
                          const std::string& reason) { return store.pin(digest, reason); },
          .unpin = [&store](const cache::Digest& digest,
                            const std::string& reason) { return store.unpin(digest, reason); },
          .pins = [&store] { return store.pins(); },
          .resolve =
              [this](const std::string& reference) {
                return registry::find_cached_digest(reference, *upstreams_,
                                                    config_.default_upstream, cache_->store());
              },
          .is_cached = [&store](const cache::Digest& digest) { return store.has_blob(digest); }};
}

control::ImageCommands Daemon::image_commands() {
  explainer_.emplace(
      registry::ExplainerParts{*upstreams_, *manifests_, cache_->store(), clock_, config_.offline});
  refresher_.emplace(*upstreams_, *manifests_, clock_);
  return {.explain = [this](const std::string& name) { return explainer_->explain(name); },
          .refresh = [this](const std::string& name) { return refresher_->refresh(name); }};
}

control::TokenCommands Daemon::token_commands() {
  return {
      .issue =
          [this](const access::TokenOrder& order) { return access_->local_tokens().issue(order); },
      .full_name =
          [this](const std::string& repository) {
            return registry::full_repository_name(repository, *upstreams_,
                                                  config_.default_upstream);
          }};
}

control::Readings Daemon::readings() const {
  return {.cache_bytes = cache_->space().used_bytes(),
          .cache_budget_bytes = cache_->space().budget_bytes(),
          .flights = cache_->store().flights(),
          .upstreams = upstreams_->reports()};
}

}  // namespace larder::cli
