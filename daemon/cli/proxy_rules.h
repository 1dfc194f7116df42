// From the environment and the config's `proxy` to the proxies of a client.
//
// Thread-safety: functions of their arguments. Blocks: no; the credentials of what they return, on
// disk when they are used.
#pragma once

#include <functional>

#include "cache/base/result.h"
#include "daemon/config/config.h"
#include "daemon/http/proxy.h"

namespace larder::cli {

// The value of an environment variable, as getenv(3).
using Environment = std::function<const char*(const char* name)>;

// What HTTPS_PROXY, HTTP_PROXY and NO_PROXY say, in lower case first.
// Returns: invalid naming the variable, whose value is not shown: it may hold a password.
Result<http::ProxyRules> environment_proxies(const Environment& environment);

// Requires: config parsing has accepted `proxy`.
http::ProxyRules proxies_of(const config::Proxy& proxy, const http::ProxyRules& environment);

}  // namespace larder::cli
