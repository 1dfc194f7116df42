// The body of a response, given to a sink as it arrives.
//
// Thread-safety: a function of its arguments. Blocks: on the network, at most `stall` for each
// kStallBytesMin and until `total`; in the sink.
#pragma once

#include <chrono>
#include <optional>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/http/client.h"
#include "daemon/http/client_connection.h"
#include "daemon/http/head.h"
#include "daemon/http/waiter.h"

namespace larder::http {

struct BodyLimits {
  std::chrono::milliseconds stall;  // as ClientTimeouts
  std::optional<MonoTime> total;
};

// The bytes after `head` up to the body's end: counted, chunked, or until the peer closes.
// Returns: upstream_down for a body that ends early or is badly chunked; timeout; cancelled.
Status read_body(ClientConnection& connection, const ResponseLine& head, ResponseSink& sink,
                 Waiter& waiter, const BodyLimits& limits);

}  // namespace larder::http
