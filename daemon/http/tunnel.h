// A tunnel through a proxy (RFC 9110 section 9.3.6).
//
// Thread-safety: functions of their arguments. Blocks: on the network, until `deadline`.
#pragma once

#include <string>

#include "cache/base/result.h"
#include "daemon/http/client_connection.h"
#include "daemon/http/deadline.h"
#include "daemon/http/proxy.h"
#include "daemon/http/url.h"
#include "daemon/http/waiter.h"

namespace larder::http {

// The value of Proxy-Authorization; empty when the proxy wants none.
// Returns: upstream_down when the credential cannot be had or is no header value.
Result<std::string> proxy_authorization(const Proxy& proxy);

// Asks `proxy`, at the other end of `connection`, for a tunnel to `target`. When it is there, the
// next byte on the connection is the target's.
// Returns: upstream_down naming the status when the proxy refuses; as read_response_head.
Status open_tunnel(ClientConnection& connection, const Proxy& proxy, const Url& target,
                   const std::string& user_agent, Waiter& waiter, const Deadline& deadline);

}  // namespace larder::http
