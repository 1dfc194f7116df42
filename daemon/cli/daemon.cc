#include "daemon/cli/daemon.h"

#include <filesystem>
#include <thread>
#include <utility>

namespace larder::cli {

namespace {

// Each connection being answered holds a thread, and each fetch another; both mostly wait.
constexpr std::size_t kHttpThreadsMax = 1024;
constexpr std::size_t kFetchThreadsMax = 512;
constexpr std::size_t kOpsThreadsMax = 4;
constexpr std::size_t kReadersMargin = 16;

// The name carries the format's generation and the library's: neither reads the other's files.
constexpr char kIndexDirectory[] = "index-v1-lmdb09";

// Makes the last folder of the path only: a parent that is missing is a typo or an absent mount.
Status make_cache_directory(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return {};
  if (std::filesystem::exists(path, error)) {
    return Error{Errc::invalid, "cache.path " + path.string() + " is not a directory"};
  }
  std::filesystem::create_directory(path, error);
  if (!error) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  if (!error) return {};
  return Error{Errc::not_found, "cache.path " + path.string() +
                                    " does not exist and cannot be made: " + error.message() +
                                    "; create it, or name another in the config"};
}

std::filesystem::path aside_name(const std::filesystem::path& directory, const Clock& clock) {
  const auto since_epoch = clock.wall().time_since_epoch();
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
  return directory.parent_path() / ("index-damaged-" + std::to_string(now));
}

}  // namespace

Result<std::unique_ptr<Daemon>> Daemon::start(const config::Config& config, log::Logger& logger) {
  std::unique_ptr<Daemon> daemon(new Daemon(config, logger));
  if (Status opened = daemon->open_cache(); !opened.ok()) return opened.error();
  daemon->assemble_store();
  if (Status wired = daemon->assemble_registry(); !wired.ok()) return wired.error();
  if (Status bound = daemon->listen(); !bound.ok()) return bound.error();
  daemon->reconcile();
  daemon->ready_ = true;
  return daemon;
}

Daemon::Daemon(const config::Config& config, log::Logger& logger)
    : config_(config),
      logger_(logger),
      metrics_(LARDER_VERSION),
      telemetry_(metrics_, logger_),
      fetch_pool_(
          {.name = "fetch", .threads_max = kFetchThreadsMax, .queue_max = kFetchThreadsMax}),
      // No queue: when every thread has an answer under way, a fast 503 beats a slow answer.
      // Without a queue: when every thread has an answer under way, a 503 now beats an answer late.
      http_pool_({.name = "http", .threads_max = kHttpThreadsMax, .queue_max = 0}),
      ops_pool_({.name = "ops", .threads_max = kOpsThreadsMax, .queue_max = 64}),
      executor_(fetch_pool_),
      clients_({.connect = config.deadlines.connect,
                .first_byte = config.deadlines.first_byte,
                .stall = config.deadlines.stall}) {}

Daemon::~Daemon() {
  drain(std::chrono::milliseconds(0));
}

// Readers and fetches go before what they read from; the pools are at rest before the store goes.
void Daemon::drain(std::chrono::milliseconds limit) {
  ready_ = false;
  {
    std::vector<std::jthread> draining;
    for (const auto& server : servers_) {
      draining.emplace_back([&] {
        if (!server->drain(limit)) logger_.write(log::Level::warn, "drain_cut_connections");
      });
    }
  }
  stopping_.request_stop();
  if (store_) store_->stop();
  http_pool_.stop();
  if (store_) store_->flush();  // what the last answers put
  fetch_pool_.stop();
  if (metrics_server_ != nullptr) metrics_server_->drain(std::chrono::milliseconds(0));
  ops_pool_.stop();
}

std::vector<std::string> Daemon::addresses() const {
  std::vector<std::string> result;
  for (const auto& server : servers_) result.push_back(server->address());
  return result;
}

Status Daemon::open_cache() {
  const auto& path = config_.cache.path;
  if (Status made = make_cache_directory(path); !made.ok()) return made;
  if (Status fit = cache::check_cache_directory(path); !fit.ok()) return fit;
  // The index holds the lock of the whole directory, so it comes first.
  if (Status opened = open_index(); !opened.ok()) return opened;
  auto blob_files = cache::BlobFiles::open(files_, path);
  if (!blob_files.ok()) return blob_files.error();
  blob_files_.emplace(*std::move(blob_files));
  return {};
}

// Beside everything else: what is cached is served meanwhile, records or not.
void Daemon::reconcile() {
  const bool runs = executor_.run([this] {
    const Status done = store_->reconcile(stopping_.get_token());
    if (!done.ok()) {
      logger_.write(log::Level::error, "reconcile_failed", {{"error", describe(done.error())}});
    }
  });
  CHECK(runs);
}

Status Daemon::open_index() {
  const cache::LmdbIndexOptions options{
      .directory = config_.cache.path / kIndexDirectory,
      .readers_max = kHttpThreadsMax + kFetchThreadsMax + kReadersMargin};
  auto index = cache::LmdbIndex::open(options);
  if (!index.ok() && index.error().code == Errc::corrupt) {
    const auto aside = aside_name(options.directory, clock_);
    logger_.write(log::Level::error, "index_damaged",
                  {{"error", describe(index.error())}, {"moved_to", aside.string()}});
    if (Status moved = files_.rename(options.directory, aside); !moved.ok()) return moved;
    index = cache::LmdbIndex::open(options);
  }
  if (!index.ok()) return index.error();
  index_ = *std::move(index);
  return {};
}

void Daemon::assemble_store() {
  const auto space = blob_files_->space();
  const std::uint64_t total = space.ok() ? space->total_bytes : 0;
  const auto totals = index_->totals();
  space_.emplace(
      cache::SpaceLimits{config_.cache.budget.of(total), config_.cache.free_floor.of(total)},
      totals.ok() ? totals->blob_bytes : 0, [this] { return blob_files_->space(); });
  store_.emplace(
      cache::StoreParts{*blob_files_, *index_, *space_, clock_, executor_, telemetry_, {}});
}

Status Daemon::assemble_registry() {
  auto rules = upstream_rules(config_.upstreams, clients_, clock_, telemetry_);
  if (!rules.ok()) return rules.error();
  const auto& deadlines = config_.deadlines;
  upstreams_.emplace(*std::move(rules));
  manifests_.emplace(registry::ManifestsOptions{deadlines.manifest, config_.offline},
                     upstream::FreshnessRules(freshness_rules(config_.freshness)), *store_, clock_,
                     telemetry_);
  // A reader outwaits a source that stalls, so that the next source can go on.
  const auto reader_stall = deadlines.stall + deadlines.connect + deadlines.first_byte;
  blobs_.emplace(registry::BlobsOptions{deadlines.first_byte, reader_stall, config_.offline},
                 *store_, clock_);
  registry_.emplace(config_.default_upstream, *upstreams_, *manifests_, *blobs_, telemetry_);
  ops_.emplace(
      control::OpsParts{metrics_, [this] { return readings(); }, [this] { return ready_.load(); }});
  return {};
}

Status Daemon::listen() {
  auto metrics = http::Server::start({.name = "metrics", .address = config_.metrics_address},
                                     ops_pool_, *ops_);
  if (!metrics.ok()) return metrics.error();
  metrics_server_ = *std::move(metrics);
  for (const auto& listener : config_.listeners) {
    auto server = http::Server::start({.name = listener.name, .address = listener.address},
                                      http_pool_, *registry_);
    if (!server.ok()) return server.error();
    servers_.push_back(*std::move(server));
  }
  return {};
}

control::Readings Daemon::readings() const {
  return {.cache_bytes = space_->used_bytes(),
          .cache_budget_bytes = space_->budget_bytes(),
          .flights = store_->flights()};
}

}  // namespace larder::cli
