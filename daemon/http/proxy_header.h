// The header that a proxy puts in front of a connection it relays, version 2 (binary) of the PROXY
// protocol: who the client is. Version 1 is not understood.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/http/socket_address.h"

namespace larder::http {

// Extensions (TLVs) of proxies take a few hundred bytes.
constexpr std::size_t kProxyHeaderBytesMax = 4096;

// How many bytes of a header there must be before more can be said: of its fixed part while that
// is not whole, then of all of it.
// Returns: invalid when no header begins this way or it is longer than kProxyHeaderBytesMax.
Result<std::size_t> proxy_header_bytes(std::string_view received);

struct ProxyHeader {
  // Nothing: the proxy speaks for itself, to see whether we live.
  std::optional<SocketAddress> source;
};

// `header` is as long as proxy_header_bytes() says. Extensions are skipped.
// Returns: invalid for anything malformed, and where the client came by anything but TCP.
Result<ProxyHeader> parse_proxy_header(std::string_view header);

}  // namespace larder::http
