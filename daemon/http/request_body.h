// The body of a request, for the few listeners that take one: small, counted, in memory.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "cache/base/result.h"
#include "daemon/http/connection.h"
#include "daemon/http/head.h"

namespace larder::http {

// How many bytes follow `head`.
// Returns: invalid for a body without Content-Length or of more than `bytes_max`.
Result<std::size_t> body_size(const RequestHead& head, std::size_t bytes_max);

// Takes a body of `size` bytes off the connection; nothing while it has not arrived.
std::optional<std::string> take_body(Connection& connection, std::size_t size);

}  // namespace larder::http
