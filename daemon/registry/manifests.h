// Image manifests and indexes by tag and digest: from the cache while they are fresh, else from
// their upstream, else the stale ones.
//
// A digest never goes stale. A tag past its TTL is confirmed by one HEAD, however many ask; the
// bytes are fetched only when the tag has moved. Thread-safety: any thread. Blocks: on the network,
// at most for the manifest deadline.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "cache/store.h"
#include "daemon/registry/cache_status.h"
#include "daemon/registry/registry_observer.h"
#include "daemon/registry/single_flight.h"
#include "daemon/registry/target.h"
#include "daemon/upstream/freshness.h"

namespace larder::registry {

struct ManifestAnswer {
  cache::Digest digest;
  std::string media_type;
  std::uint64_t size_bytes = 0;
  std::optional<std::string> bytes;  // absent only when they were not asked for (HEAD)
  CacheStatus status = CacheStatus::hit;
};

struct ManifestsOptions {
  std::chrono::milliseconds deadline{3000};
  bool offline = false;
};

class Manifests {
 public:
  Manifests(ManifestsOptions options, upstream::FreshnessRules freshness, cache::Store& store,
            const Clock& clock, RegistryObserver& observer);

  // `reference` is a tag or a digest.
  // Returns: not_found (upstream says so, or offline and not cached), invalid for a malformed
  // digest, denied, upstream_down, timeout, corrupt.
  Result<ManifestAnswer> get(const Target& target, const std::string& reference, bool want_bytes);

 private:
  // What one request asks, and until when.
  struct Question {
    const Target& target;
    bool want_bytes;
    MonoTime deadline;
  };

  Result<ManifestAnswer> by_digest(const Question& question, const cache::Digest& digest);
  Result<ManifestAnswer> by_tag(const Question& question, const std::string& tag);
  Result<ManifestAnswer> ask_upstream(const Question& question, const cache::TagName& name,
                                      const std::optional<cache::TagRecord>& known);
  Result<ManifestAnswer> serve(const Question& question, const cache::TagRecord& record,
                               CacheStatus status);
  std::optional<cache::Document> find_manifest(const cache::Digest& digest);
  Result<upstream::FetchedManifest> fetch_digest(const Question& question,
                                                 const cache::Digest& digest);
  Result<upstream::FetchedManifest> fetch_tag(const Question& question, const cache::TagName& name);
  Result<cache::TagRecord> confirm_tag(const Question& question, const cache::TagName& name);
  cache::TagRecord remember(const cache::TagName& name, const upstream::ManifestInfo& info);

  const ManifestsOptions options_;
  const upstream::FreshnessRules freshness_;
  cache::Store& store_;
  const Clock& clock_;
  RegistryObserver& observer_;
  SingleFlight<upstream::FetchedManifest> fetches_;
  SingleFlight<cache::TagRecord> confirmations_;
};

}  // namespace larder::registry
