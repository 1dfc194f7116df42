// Networks and addresses in the config. Nothing is resolved.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string_view>

namespace larder::config {

bool is_ipv6(std::string_view text);

// 10.0.0.0/8, fd00::/8. Bits beyond the prefix are allowed.
bool is_network(std::string_view text);

// A network without bits beyond its prefix, which are a slip of the pen, or one address.
bool is_source(std::string_view text);

// Whether a listener's address is a literal one that more than a private network may reach: the
// wildcards, and what is not set aside for private use (RFC 1918, 4193, 6598), links and loopback.
bool is_public_address(std::string_view listen_address);

// Whether only processes of this machine reach it: loopback, unix sockets.
bool is_local_address(std::string_view listen_address);

}  // namespace larder::config
