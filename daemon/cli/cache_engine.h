// The cache of `larder serve`, wired: what it is made of, and the threads that look after it.
//
// Thread-safety: open(), start_care() and close() one thread; the rest any thread.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/blob_files.h"
#include "cache/claims.h"
#include "cache/clean_mark.h"
#include "cache/directory_lock.h"
#include "cache/evictor.h"
#include "cache/index_keeper.h"
#include "cache/pacer.h"
#include "cache/parked_blobs.h"
#include "cache/posix_files.h"
#include "cache/scrubber.h"
#include "cache/space_keeper.h"
#include "cache/store.h"
#include "cache/use_log.h"
#include "daemon/config/config.h"
#include "daemon/log/log.h"

namespace larder::cli {

class CacheEngine {
 public:
  struct Parts {
    const config::Cache& config;
    unsigned readers_max;  // threads that read the index at once
    Clock& clock;
    cache::Executor& executor;
    cache::StoreObserver& observer;
    log::Logger& logger;
  };

  // Returns: what stands in the way, in one line that names the path. The parts must outlive this.
  static Result<std::unique_ptr<CacheEngine>> open(const Parts& parts);
  ~CacheEngine();

  // From now on: eviction, hot copies and scrubbing, beside everything else; after an unclean stop
  // index and files are made to agree.
  void start_care();
  // Ends the care. Call it before the executor stops.
  void stop_care();
  // After the executor has come to rest: the last step of an orderly stop.
  void close();

  cache::Store& store() { return *store_; }
  cache::Scrubber& scrubber() { return *scrubber_; }
  const cache::SpaceKeeper& space() const { return *space_; }

 private:
  class IndexLog;

  explicit CacheEngine(const Parts& parts);

  Status open_files();
  Status open_index();
  Status make_space();
  void make_store();
  void make_scrubber();
  void want_walk(cache::Store::Counted counted);
  void walk_when_wanted();
  void walk(cache::Store::Counted counted, const std::stop_token& stop);
  void care(const std::stop_token& stop);

  const Parts parts_;
  cache::PosixFiles files_;
  cache::CleanMark clean_mark_;
  std::unique_ptr<IndexLog> index_log_;

  std::optional<cache::DirectoryLock> lock_;
  std::atomic<bool> agrees_ = false;  // index and files, as far as is known
  std::unique_ptr<cache::IndexKeeper> index_;
  std::optional<cache::BlobFiles> blob_files_;
  std::optional<cache::SpaceKeeper> space_;
  cache::Claims claims_;
  cache::UseLog uses_;
  cache::Recordless recordless_;
  std::optional<cache::Evictor> evictor_;
  std::optional<cache::ParkedBlobs> parked_;
  std::optional<cache::Store> store_;

  cache::ThreadSleeper scrub_sleeper_;
  std::optional<cache::Scrubber> scrubber_;
  cache::ThreadSleeper care_sleeper_;
  std::stop_source stopping_;
  mutable Mutex mutex_;
  CondVar walk_changed_;
  std::optional<cache::Store::Counted> wanted_walk_ GUARDED_BY(mutex_);
  std::stop_source walk_stop_ GUARDED_BY(mutex_);  // of the walk that runs
  std::jthread walk_thread_;
  std::jthread care_thread_;
  std::jthread scrub_thread_;
};

}  // namespace larder::cli
