#include "daemon/cli/cache_engine.h"

#include <pthread.h>

#include <filesystem>
#include <utility>

#include "cache/thread_priority.h"
#include "daemon/cli/index_reader_command.h"
#include "daemon/registry/image_children.h"

namespace larder::cli {

namespace {

constexpr std::chrono::seconds kCareInterval{1};
constexpr std::chrono::minutes kWalkPause{1};  // after a walk that failed

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

}  // namespace

// What happens to the index, for the log.
class CacheEngine::IndexLog final : public cache::IndexObserver {
 public:
  explicit IndexLog(log::Logger& logger) : logger_(logger) {}

  void index_replaced(const Error& why, const std::filesystem::path& moved_to,
                      bool restored_from_copy) override {
    logger_.write(log::Level::error, "index_replaced",
                  {{"error", describe(why)},
                   {"moved_to", moved_to.string()},
                   {"restored_from_copy", restored_from_copy}});
  }
  void index_trouble(const Error& why) override {
    logger_.write(log::Level::warn, "index_trouble", {{"error", describe(why)}});
  }

 private:
  log::Logger& logger_;
};

Result<std::unique_ptr<CacheEngine>> CacheEngine::open(const Parts& parts) {
  std::unique_ptr<CacheEngine> engine(new CacheEngine(parts));
  if (Status opened = engine->open_files(); !opened.ok()) return opened.error();
  if (Status opened = engine->open_index(); !opened.ok()) return opened.error();
  if (Status made = engine->make_space(); !made.ok()) return made.error();
  engine->make_store();
  engine->make_scrubber();
  return engine;
}

CacheEngine::CacheEngine(const Parts& parts)
    : parts_(parts),
      clean_mark_(files_, parts.config.path),
      index_log_(std::make_unique<IndexLog>(parts.logger)) {}

CacheEngine::~CacheEngine() {
  stop_care();
}

Status CacheEngine::open_files() {
  const auto& path = parts_.config.path;
  if (Status made = make_cache_directory(path); !made.ok()) return made;
  if (Status fit = cache::check_cache_directory(path); !fit.ok()) return fit;
  auto lock = cache::DirectoryLock::take(path);
  if (!lock.ok()) return lock.error();
  lock_.emplace(*std::move(lock));
  const auto was_clean = clean_mark_.take();
  if (!was_clean.ok()) return was_clean.error();
  agrees_ = *was_clean;
  auto blob_files = cache::BlobFiles::open(files_, path);
  if (!blob_files.ok()) return blob_files.error();
  blob_files_.emplace(*std::move(blob_files));
  return {};
}

Status CacheEngine::open_index() {
  auto index = cache::IndexKeeper::open({.cache = parts_.config.path,
                                         .reader = index_reader_program(),
                                         .readers_max = parts_.readers_max},
                                        parts_.clock, *index_log_);
  if (!index.ok()) return index.error();
  index_ = *std::move(index);
  if (index_->take_rebuild_wanted()) agrees_ = false;
  return {};
}

Status CacheEngine::make_space() {
  const auto space = blob_files_->space();
  const std::uint64_t total = space.ok() ? space->total_bytes : 0;
  const auto totals = index_->totals();
  space_.emplace(
      cache::SpaceLimits{parts_.config.budget.of(total), parts_.config.free_floor.of(total)},
      totals.ok() ? totals->disk_bytes : 0, [this] { return blob_files_->space(); });
  space_->set_overhead(index_->bytes_on_disk());
  evictor_.emplace(cache::Evictor::Parts{*index_, *blob_files_, *space_, claims_, parts_.observer,
                                         uses_, parts_.clock, recordless_});
  parked_.emplace(*blob_files_, claims_, parts_.clock);
  const auto parked_bytes = parked_->load();
  if (!parked_bytes.ok()) return parked_bytes.error();
  space_->count(*parked_bytes);
  evictor_->set_partial_blobs(*parked_);
  space_->set_make_room([this](std::uint64_t bytes) { return evictor_->make_room(bytes); });
  return {};
}

void CacheEngine::make_store() {
  cache::FlightLimits limits;
  limits.complete_ranges = parts_.config.complete_ranges;
  store_.emplace(cache::StoreParts{*blob_files_, *index_, *space_, claims_, uses_, *evictor_,
                                   *parked_, recordless_, parts_.clock, parts_.executor,
                                   parts_.observer, limits, registry::image_children});
}

void CacheEngine::make_scrubber() {
  cache::ScrubberOptions options;
  options.bytes_per_second = parts_.config.scrub_rate.value_or(0);
  options.interval = parts_.config.scrub_interval;
  scrubber_.emplace(cache::ScrubberParts{
      *blob_files_, cache::BlobFolders(files_, parts_.config.path), *index_, claims_, *space_,
      parts_.clock, scrub_sleeper_, parts_.observer,
      // What lies there without a record is the walk's to count, or counted already.
      [this](const cache::Digest& digest) {
        return !agrees_ || recordless_.contains(digest) || store_->is_being_written(digest);
      },
      options});
}

void CacheEngine::start_care() {
  if (!agrees_) want_walk(cache::Store::Counted::records);
  const std::stop_token stop = stopping_.get_token();
  walk_thread_ = std::jthread([this] {
    pthread_setname_np(pthread_self(), "walk");
    walk_when_wanted();
  });
  care_thread_ = std::jthread([this, stop] {
    pthread_setname_np(pthread_self(), "care");
    while (!stop.stop_requested()) care(stop);
  });
  scrub_thread_ = std::jthread([this, stop] {
    pthread_setname_np(pthread_self(), "scrub");
    cache::lower_priority_of_this_thread();
    scrubber_->run(stop);
  });
}

void CacheEngine::care(const std::stop_token& stop) {
  index_->tick(stop);
  if (index_->take_rebuild_wanted()) want_walk(cache::Store::Counted::files);
  space_->set_overhead(index_->bytes_on_disk());
  (void)evictor_->tick();  // what the index could not do is its keeper's to tell
  care_sleeper_.sleep_until(parts_.clock.now() + kCareInterval, stop);
}

// In place of the walk that runs, whose index may be gone.
void CacheEngine::want_walk(cache::Store::Counted counted) {
  agrees_ = false;
  std::stop_source running(std::nostopstate);
  {
    MutexLock lock(mutex_);
    wanted_walk_ = counted;
    running = walk_stop_;
  }
  running.request_stop();
  walk_changed_.notify_all();
}

// One walk at a time, beside everything else: what is cached is served meanwhile, records or not.
void CacheEngine::walk_when_wanted() {
  while (!stopping_.stop_requested()) {
    cache::Store::Counted counted{};
    std::stop_token stop;
    {
      MutexLock lock(mutex_);
      while (!wanted_walk_ && !stopping_.stop_requested()) walk_changed_.wait(mutex_);
      if (stopping_.stop_requested()) return;
      counted = *std::exchange(wanted_walk_, std::nullopt);
      walk_stop_ = std::stop_source();
      stop = walk_stop_.get_token();
    }
    walk(counted, stop);
  }
}

void CacheEngine::walk(cache::Store::Counted counted, const std::stop_token& stop) {
  const Status done = store_->reconcile(stop, counted);
  if (stop.stop_requested()) return;
  if (done.ok()) {
    agrees_ = true;
    return parts_.logger.write(log::Level::info, "reconciled");
  }
  parts_.logger.write(log::Level::error, "reconcile_failed", {{"error", describe(done.error())}});
  const MonoTime again_at = parts_.clock.now() + kWalkPause;
  MutexLock lock(mutex_);
  const auto is_over = [&]() REQUIRES(mutex_) {
    return wanted_walk_.has_value() || stopping_.stop_requested();
  };
  while (!is_over() && walk_changed_.wait_until(mutex_, again_at)) {
  }
  if (!is_over()) wanted_walk_ = counted;
}

void CacheEngine::stop_care() {
  stopping_.request_stop();
  {
    MutexLock lock(mutex_);
    walk_stop_.request_stop();
  }
  walk_changed_.notify_all();
  if (walk_thread_.joinable()) walk_thread_.join();
  if (care_thread_.joinable()) care_thread_.join();
  if (scrub_thread_.joinable()) scrub_thread_.join();
}

void CacheEngine::close() {
  stop_care();
  (void)uses_.flush(*index_);
  const Status copied = index_->copy_now();
  if (!copied.ok()) index_log_->index_trouble(copied.error());
  if (!agrees_ || !store_->close_books().ok()) return;  // the next start makes them agree
  const Status marked = clean_mark_.set();
  if (marked.ok()) return;
  parts_.logger.write(log::Level::warn, "clean_mark_failed", {{"error", describe(marked.error())}});
}

}  // namespace larder::cli
