// One request and its response on one connection.
//
// cpp-httplib has no part in it: Debian 12's version percent-decodes header values
// (CVE-2026-45372), which breaks a presigned Location, keeps heads without limit (CVE-2025-53628,
// CVE-2025-52887), takes a damaged chunked body for a whole one and reads bodies 4 KiB at a time.
#pragma once

#include <optional>
#include <string>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/http/client.h"
#include "daemon/http/client_connection.h"
#include "daemon/http/waiter.h"

namespace larder::http {

// Returns: invalid for a request that must not reach the wire: a malformed method, target or header
// (CR, LF and NUL among them), or a header that is the client's own business.
Status check_request(const ClientRequest& request);

struct ExchangeResult {
  Status status;          // as Client::send
  bool answered = false;  // the peer sent at least one byte
  bool reusable = false;  // the connection can carry another request
};

// A request as a proxy takes it: with the whole URL, and perhaps a credential.
struct ToProxy {
  std::string name;
  std::string authorization;  // of Proxy-Authorization; empty: none
};

// With `to_proxy` the peer is a proxy; its 407 becomes upstream_down.
// Requires: check_request(request).
// Thread-safety: a function of its arguments. Blocks: on the network, within the deadlines.
ExchangeResult exchange(ClientConnection& connection, const ClientRequest& request,
                        const ClientOptions& options, ResponseSink& sink, Waiter& waiter,
                        const std::optional<ToProxy>& to_proxy = std::nullopt);

}  // namespace larder::http
