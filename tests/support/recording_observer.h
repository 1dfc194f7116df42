// Counts what a store tells.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "cache/base/mutex.h"
#include "cache/store_observer.h"

namespace larder::testing {

class RecordingObserver final : public cache::StoreObserver {
 public:
  void flight_started(const cache::Digest&) override { ++started; }
  void flight_joined(const cache::Digest&) override { ++joined; }
  void flight_ended(const cache::Digest&, const Status&, std::uint64_t) override { ++ended; }
  void blob_published(const cache::Digest&, std::uint64_t) override { ++published; }
  void cache_degraded(const cache::Digest&, const Error&) override { ++degraded; }
  void corrupt(const cache::Digest&, const std::string& source) override {
    MutexLock lock(mutex_);
    corrupt_sources_.push_back(source);
  }
  void evicted(const cache::Digest&, std::uint64_t) override { ++evictions; }
  void flight_resumed(const cache::Digest&, std::uint64_t bytes) override {
    resumed_bytes += bytes;
  }
  void source_failed(const cache::Digest&, const std::string&, const Error&) override { ++failed; }

  std::vector<std::string> corrupt_sources() const {
    MutexLock lock(mutex_);
    return corrupt_sources_;
  }

  std::atomic<int> started = 0, joined = 0, ended = 0, published = 0, degraded = 0, failed = 0;
  std::atomic<int> evictions = 0;
  std::atomic<std::uint64_t> resumed_bytes = 0;

 private:
  mutable Mutex mutex_;
  std::vector<std::string> corrupt_sources_ GUARDED_BY(mutex_);
};

}  // namespace larder::testing
