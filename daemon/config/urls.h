// The shapes of URLs in the config, and of what is reached without a proxy. Nothing is resolved.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace larder::config {

// What is wrong with an endpoint: nothing for http:// or https://, a host, an optional port and an
// optional path. Never repeats a part of `url` that may hold a secret.
std::optional<std::string> endpoint_fault(std::string_view url);

// The same for a proxy, which has no path.
std::optional<std::string> proxy_fault(std::string_view url);

// The same for a service whose paths are joined to it, and for one document, which may also have a
// query.
std::optional<std::string> service_fault(std::string_view url);
std::optional<std::string> document_fault(std::string_view url);

// One entry of NO_PROXY: *, a host or the end of one (.example, *.example), an address or a network
// (10.0.0.0/8); hosts and addresses perhaps with a port.
bool is_no_proxy_entry(std::string_view text);

}  // namespace larder::config
