// What the registry tells about the requests it answered; daemon/control turns it into metrics and
// the access log.
#pragma once

#include <string_view>

#include "cache/index.h"
#include "daemon/http/message.h"
#include "daemon/registry/registry_path.h"

namespace larder::registry {

// Thread-safety: called from any thread. Must not block.
class RegistryObserver {
 public:
  virtual ~RegistryObserver() = default;
  virtual void request_finished(const http::Request& request, RouteKind kind,
                                const http::Exchange& exchange) = 0;
  // A tag was served past its TTL because no upstream confirmed it.
  virtual void stale_served(std::string_view upstream, std::string_view reason) = 0;
  // Upstream says that a tag is no more, for the first time since it was there.
  virtual void tag_gone(const cache::TagName& name) = 0;
  // A tag means another image than it did.
  virtual void tag_moved(const cache::TagName& name, const cache::Digest& from,
                         const cache::Digest& to) = 0;
};

}  // namespace larder::registry
