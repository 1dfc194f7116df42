// TCP connections to a host with several addresses.
//
// Addresses are tried in order, each with a short head start over the next (RFC 8305 section 5), so
// that a dead first address costs a moment and a slow one is still waited for.
// Thread-safety: a function of its arguments. Blocks: on the network, until `deadline`.
#pragma once

#include <span>

#include "cache/base/result.h"
#include "cache/base/unique_fd.h"
#include "daemon/http/deadline.h"
#include "daemon/http/socket_address.h"
#include "daemon/http/waiter.h"

namespace larder::http {

// A connected, non-blocking socket without Nagle's delay.
// Returns: upstream_down when every address refuses, timeout, cancelled, io.
Result<UniqueFd> connect_any(std::span<const SocketAddress> addresses, Waiter& waiter,
                             const Deadline& deadline);

}  // namespace larder::http
