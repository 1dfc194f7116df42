// The proxies between Larder and an upstream: which one a target is reached through, if any.
//
// Thread-safety: const methods from any thread. Blocks: `authorization`, where it reads a file.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cache/base/result.h"
#include "daemon/http/no_proxy.h"
#include "daemon/http/url.h"

namespace larder::http {

struct Proxy {
  Url url;  // http or https; its path counts for nothing
  // The value of Proxy-Authorization, asked for at each use; without one there is none. It goes to
  // the proxy alone.
  std::function<Result<std::string>()> authorization{};

  std::string name() const { return "proxy " + url.authority(); }
};

struct ProxyRules {
  std::optional<Proxy> for_http{};
  std::optional<Proxy> for_https{};
  NoProxy no_proxy{};

  // nullptr: `target` is reached directly.
  const Proxy* choose(const Url& target) const {
    const auto& proxy = target.is_https() ? for_https : for_http;
    return proxy && !no_proxy.covers(target) ? &*proxy : nullptr;
  }
};

}  // namespace larder::http
