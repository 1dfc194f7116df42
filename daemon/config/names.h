// The shapes of addresses, hosts and patterns in the config. Nothing is resolved.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string_view>

namespace larder::config {

// host:port, [v6]:port, interface:NAME:port or unix:/path; port 0 lets the kernel choose.
bool is_listen_address(std::string_view text);

// An absolute path that a unix socket can have, without "unix:" in front.
bool is_socket_path(std::string_view text);

// Whether `address` names one fixed place, so that two of them cannot both be listened on.
bool is_fixed_address(std::string_view address);

// A registry as image names show it: host, host:port, [v6]:port.
bool is_registry_host(std::string_view text);

// As is_registry_host, or with * for one or more characters without a dot.
bool is_host_pattern(std::string_view text);

// As is_host_pattern, but without a port.
bool is_portless_host_pattern(std::string_view text);

}  // namespace larder::config
