// The body of a request, for the few listeners that take one: small, counted, in memory.
//
// Thread-safety: a function of its arguments. Blocks: until the body is there, at most `timeout`.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "cache/base/result.h"
#include "daemon/http/connection.h"
#include "daemon/http/head.h"

namespace larder::http {

struct RequestBodyLimits {
  std::size_t bytes_max;
  std::chrono::milliseconds timeout;
};

// The bytes that follow `head`, taken off the connection.
// Returns: invalid for a body without Content-Length or larger than it may be; timeout; cancelled
// when the peer is gone.
Result<std::string> receive_body(Connection& connection, const RequestHead& head,
                                 const RequestBodyLimits& limits);

}  // namespace larder::http
