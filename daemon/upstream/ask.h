// How something is asked of an upstream: by when, what for, and what is known already.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "cache/base/clock.h"
#include "cache/digest.h"
#include "daemon/auth/exchanger.h"

namespace larder::upstream {

// What a request is for. When a quota runs low, the least urgent stop first (endpoint_health.h).
enum class Purpose {
  pull,        // a client waits for what only upstream has
  blob,        // likewise, for a blob: quotas count manifests
  resume,      // the rest of a blob this endpoint has given bytes of: no backoff holds it up
  warm,        // wanted ahead of the pull
  revalidate,  // the cache has an answer already, perhaps an old one
  order,       // an operator wants it now: neither a quota nor a breaker's backoff holds it up
  trial,       // whether an endpoint that failed is well again, so that nobody has to wait for that
};

struct Ask {
  MonoTime deadline;  // for everything: token, redirects, body, every endpoint
  Purpose purpose = Purpose::pull;
  // What the asker has of it; upstream may answer that it is still so (If-None-Match).
  std::optional<cache::Digest> known{};
  std::stop_token stop{};
  std::shared_ptr<const auth::Tenant> as{};  // in whose name; nothing: Larder's own
};

}  // namespace larder::upstream
