// The head of a response, read and parsed strictly.
//
// Thread-safety: a function of its arguments. Blocks: on the network, until `deadline`.
#pragma once

#include <cstddef>

#include "cache/base/result.h"
#include "daemon/http/client_connection.h"
#include "daemon/http/deadline.h"
#include "daemon/http/head.h"
#include "daemon/http/waiter.h"

namespace larder::http {

inline constexpr std::size_t kResponseHeadBytesMax = 64 * 1024;
inline constexpr int kInterimResponsesMax = 8;

// The final response's head; interim ones (1xx) are passed over. What follows it stays ahead in the
// connection. `any_byte` tells whether the peer sent anything at all, whatever the result.
// Returns: upstream_down when the peer ends early, sends too large a head or speaks no HTTP/1;
// timeout; cancelled.
Result<ResponseLine> read_response_head(ClientConnection& connection, Waiter& waiter,
                                        const Deadline& deadline, bool& any_byte);

}  // namespace larder::http
