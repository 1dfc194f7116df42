// The lists of the distribution API: a repository's tags, an image's referrers.
//
// Thread-safety: any thread. Blocks: on the network, until the deadline at most.
#pragma once

#include "daemon/registry/referrers.h"
#include "daemon/registry/tag_lists.h"

namespace larder::registry {

class Lists {
 public:
  // Everything passed by reference must outlive this.
  Lists(ListsOptions options, NamedDocuments& documents, const cache::Store& store,
        const Clock& clock)
      : tags_(options, documents, store, clock), referrers_(options, documents, store, clock) {}

  // Requires: the path is one of a list. Returns: as TagLists and Referrers.
  Result<http::Response> answer(const http::Request& request, const RegistryPath& path,
                                const Target& target) {
    return path.kind == RouteKind::tags ? tags_.answer(request, path, target)
                                        : referrers_.answer(request, path, target);
  }

 private:
  TagLists tags_;
  Referrers referrers_;
};

}  // namespace larder::registry
