// TCP connections to a host with several addresses.
//
// Addresses are tried in order, each with a short head start over the next (RFC 8305 section 5), so
// that a dead first address costs a moment and a slow one is still waited for.
// Thread-safety: a function of its arguments. Blocks: on the network, until `deadline`.
#pragma once

#include <chrono>
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

// From now on the socket breaks (ETIMEDOUT) when something sent on it is not acknowledged within
// `limit`, which the kernel counts from when it first sends it again, 0.2 to 0.4 s after the first
// time. A peer that has acknowledged a request may take its time with the answer. Does nothing to a
// Unix socket.
// Requires: 0 < limit.
void break_when_unacknowledged(const UniqueFd& socket, std::chrono::milliseconds limit);

}  // namespace larder::http
