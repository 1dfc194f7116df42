// New connections to a target: directly or through a proxy, plain or inside TLS.
//
// Thread-safety: any thread. Blocks: on the network, until the deadline or a stop request.
#pragma once

#include <memory>
#include <string>

#include "cache/base/result.h"
#include "daemon/http/client.h"
#include "daemon/http/client_connection.h"
#include "daemon/http/deadline.h"
#include "daemon/http/ip_address.h"
#include "daemon/http/proxy.h"
#include "daemon/http/resolver.h"
#include "daemon/http/tls_context.h"
#include "daemon/http/waiter.h"

namespace larder::http {

// What tells one connection from another.
struct Route {
  Url target;
  Reach reach;
  bool with_certificate;
  const Proxy* proxy;  // nullptr: directly

  // Requests with the same key may use the same connection.
  std::string key() const;
};

class Dialer {
 public:
  // What is passed by reference must outlive the dialer and its connections.
  // `egress`: where connections may lead, proxies' included; empty: anywhere.
  Dialer(Resolver& resolver, const TlsContext& tls, std::string user_agent,
         std::vector<IpBlock> egress = {});

  // A connection that is ready for a request: resolved, connected, through the tunnel and with
  // hands shaken. Returns: denied when `reach` or the egress forbids the host or every address of
  // it; upstream_down, timeout, cancelled, io. What the proxy is to blame for names it.
  Result<std::unique_ptr<ClientConnection>> dial(const Route& route, Waiter& waiter,
                                                 const Deadline& deadline);

 private:
  // One dial and its limits.
  struct Attempt {
    Waiter& waiter;
    const Deadline& deadline;
  };
  using Dialed = Result<std::unique_ptr<ClientConnection>>;

  Dialed connect(const Url& url, Reach reach, bool with_certificate, const Attempt& attempt);
  Result<std::vector<SocketAddress>> allowed(std::vector<SocketAddress> addresses,
                                             Reach reach) const;
  Dialed connect_to_proxy(const Route& route, const Attempt& attempt);
  Dialed secure(std::unique_ptr<Transport> transport, const std::string& host,
                bool with_certificate, const Attempt& attempt);

  Resolver& resolver_;
  const TlsContext& tls_;
  const std::string user_agent_;
  const std::vector<IpBlock> egress_;
};

}  // namespace larder::http
