// GET and HEAD of /v2/<name>/referrers/<digest>: what refers to an image (signatures, SBOMs), as an
// image index.
//
// The whole list is asked for, kept under a name of its own (TagName::is_list) for as long as a
// tag, and filtered here, so that one answer of upstream serves every artifact type. No referrer is
// fetched. Thread-safety: any thread. Blocks: on the network, until the deadline at most.
#pragma once

#include "cache/base/mutex.h"
#include "daemon/http/message.h"
#include "daemon/registry/lists_options.h"
#include "daemon/registry/named_documents.h"
#include "daemon/registry/registry_path.h"
#include "daemon/registry/single_flight.h"
#include "daemon/registry/target.h"

namespace larder::registry {

class Referrers {
 public:
  // Everything passed by reference must outlive this.
  Referrers(ListsOptions options, NamedDocuments& documents, const cache::Store& store,
            const Clock& clock);

  // Returns: invalid for a malformed digest; not_found, denied, upstream_down, timeout, corrupt.
  Result<http::Response> answer(const http::Request& request, const RegistryPath& path,
                                const Target& target);

 private:
  const ListsOptions options_;
  NamedDocuments& documents_;
  const cache::Store& store_;
  const Clock& clock_;
  SingleFlight<std::string> filters_;
  Mutex filtering_;  // one list at a time: for a moment it takes many times its size
};

}  // namespace larder::registry
