// Which token servers may see what belongs to an upstream.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string>
#include <vector>

#include "daemon/http/url.h"

namespace larder::auth {

// Hosts of token servers that the operator wrote for an upstream, besides those that belong to it.
using TrustBoundary = std::vector<std::string>;

// Whether a token realm may see what belongs to `endpoint`: the same host, at whatever port; a name
// under the same registrable domain (registry-1.docker.io and auth.docker.io, but not two names
// under amazonaws.com); the token server of a registry known to have it elsewhere (lscr.io asks
// ghcr.io); or one of `boundary`. https, or http like the endpoint.
bool realm_belongs_to(const http::Url& realm, const http::Url& endpoint,
                      const TrustBoundary& boundary = {});

}  // namespace larder::auth
