// Image manifests and indexes by tag and digest: from the cache while they are fresh, else from
// their upstream, else the stale ones.
//
// A digest never goes stale; a tag does (named_documents.h). Thread-safety: any thread. Blocks: on
// the network, at most for the manifest deadline.
#pragma once

#include <chrono>
#include <string>

#include "cache/store.h"
#include "daemon/registry/document_answer.h"
#include "daemon/registry/named_documents.h"
#include "daemon/registry/negatives.h"
#include "daemon/registry/single_flight.h"
#include "daemon/registry/target.h"

namespace larder::registry {

struct ManifestsOptions {
  std::chrono::milliseconds deadline{3000};
  bool offline = false;
};

class Manifests {
 public:
  // Everything passed by reference must outlive this.
  Manifests(ManifestsOptions options, NamedDocuments& tags, cache::Store& store,
            const Clock& clock);

  // `reference` is a tag or a digest.
  // Returns: not_found (upstream says so, or offline and not cached), invalid for a malformed
  // digest, denied, upstream_down, timeout, corrupt.
  Result<DocumentAnswer> get(const Target& target, const std::string& reference, bool want_bytes);

  // Asks for a tag now, whatever its TTL. A digest that is not cached is fetched.
  // Returns: as get().
  Result<Refreshed> refresh(const Target& target, const std::string& tag);

 private:
  Result<DocumentAnswer> by_digest(const Target& target, const cache::Digest& digest);
  Result<upstream::FetchedManifest> fetch(const Target& target, const cache::Digest& digest,
                                          MonoTime deadline);

  const ManifestsOptions options_;
  NamedDocuments& tags_;
  cache::Store& store_;
  const Clock& clock_;
  Negatives negatives_;
  SingleFlight<upstream::FetchedManifest> fetches_;
};

}  // namespace larder::registry
