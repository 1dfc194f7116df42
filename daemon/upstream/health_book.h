// The health of every endpoint, found by its URL and the way to it, and remembered over restarts.
//
// Upstreams come and go with the requests for them; what is known of their endpoints stays here, so
// that a known-bad one is not asked afresh. Two upstreams with the same endpoint share its health
// when they go to it alike: another proxy may be dead, another user has another quota.
// Thread-safety: any thread. Blocks: of() on the store for a URL not seen before; save_changes() on
// the store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/base/result.h"
#include "daemon/http/url.h"
#include "daemon/upstream/endpoint_health.h"
#include "daemon/upstream/health_report.h"

namespace larder::upstream {

// Keeps small texts by name. Thread-safety: any thread. Blocks: on disk.
class HealthStore {
 public:
  virtual ~HealthStore() = default;
  virtual Result<std::optional<std::string>> load(const std::string& name) = 0;
  virtual Status save(const std::string& name, const std::string& text) = 0;
};

class HealthBook {
 public:
  static constexpr std::size_t kIdleMax = 1024;  // endpoints remembered that no upstream has
  // Clients may make up hosts where a rule has a pattern; so places in the store are few, and of
  // endpoints that share one, the one that was saved last is remembered.
  static constexpr std::size_t kPlacesMax = 4096;

  // All must outlive this and what it gives. `connect`: as EndpointHealth has it.
  HealthBook(HealthStore& store, Clock& clock, HealthObserver& observer,
             Jitter jitter = random_jitter, Duration connect = kConnectAssumed)
      : store_(store),
        clock_(clock),
        observer_(observer),
        jitter_(std::move(jitter)),
        connect_(connect) {}

  // The health of the endpoint at `url`, whose query and last slash do not matter; `way`: what
  // tells this way to it from others, in no special form. What cannot be read from the store is
  // forgotten.
  std::shared_ptr<EndpointHealth> of(const http::Url& url, const std::string& way = {});

  // By URL.
  std::vector<HealthReport> reports() const;

  // Writes what has changed since the last time.
  // Returns: the store's first error; what was not saved is tried again.
  Status save_changes() { return save(/*at_close=*/false); }
  // The last time: what is saved now and then only, too.
  Status save_all() { return save(/*at_close=*/true); }

 private:
  struct Known {
    std::shared_ptr<EndpointHealth> health;  // shared with endpoints
    std::uint64_t asked = 0;                 // greater: asked for later
  };

  std::shared_ptr<EndpointHealth> find(const std::string& key);
  std::shared_ptr<EndpointHealth> load(const std::string& url, const std::string& key);
  void forget_idle() REQUIRES(mutex_);
  std::vector<std::pair<std::string, std::shared_ptr<EndpointHealth>>> all() const;
  Status save(bool at_close);

  HealthStore& store_;
  Clock& clock_;
  HealthObserver& observer_;
  const Jitter jitter_;
  const Duration connect_;

  mutable Mutex mutex_;
  std::map<std::string, Known> known_ GUARDED_BY(mutex_);  // by URL and way
  std::uint64_t asked_ GUARDED_BY(mutex_) = 0;
};

}  // namespace larder::upstream
