// The next request head among the bytes a connection has received.
//
// Thread-safety: as the connection. Blocks: no.
#pragma once

#include <cstddef>
#include <string>
#include <variant>

#include "daemon/http/head.h"
#include "daemon/http/refusal.h"

namespace larder::http {

class Connection;

struct NoHeadYet {};
struct RefusedHead {
  Refusal refusal;
  std::string detail;
};
using NextHead = std::variant<NoHeadYet, RequestHead, RefusedHead>;

// Takes a whole head off the connection. A head that has not ended within `head_bytes_max` is
// refused as too large.
NextHead take_head(Connection& connection, std::size_t head_bytes_max);

}  // namespace larder::http
