// From a path to an upstream and the repository's name there (docs/architecture.md, "Routing and
// tags").
//
// The upstream is chosen by ?ns=, else by the host that the listener was asked as, else by a host
// as the name's first component, else it is the default one. docker.io gets "library/" in front of
// a one-component name, as Docker does. Thread-safety: any thread. Blocks: no.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cache/base/result.h"
#include "daemon/http/message.h"
#include "daemon/registry/registry_path.h"
#include "daemon/upstream/upstreams.h"

namespace larder::registry {

struct Target {
  std::shared_ptr<upstream::Upstream> upstream;
  std::string repository;
  // In whose name upstream is asked, where he may have it by his own right only; nothing: Larder's.
  std::shared_ptr<const auth::Tenant> as{};

  std::optional<http::Admission> admission{};  // what the gate says of it, for the log

  upstream::Ask asking(upstream::Ask ask) const {
    ask.as = as;
    return ask;
  }
  // The same as the begin of a key; empty: Larder's own. Some registries say that they do not have
  // what the asker may not have, so that is kept, and told to others who wait, for one asker alone.
  std::string asker() const { return as == nullptr ? "" : "as " + as->id + " "; }
};

// `asked_as` as host_asked_as() gives it.
// Returns: not_found naming the host and the config key that would allow it.
Result<Target> find_target(const RegistryPath& path, upstream::Upstreams& upstreams,
                           const std::string& default_upstream, const std::string& asked_as = "");

}  // namespace larder::registry
