// The names under which a listener stands for other registries (private DNS points them at it), and
// the registries that can be reached through it.
//
// Thread-safety: a function of its arguments. Blocks: no.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/http/message.h"

namespace larder::registry {

// By a listener's name: hosts, and globs over hosts, without ports.
using ListenerHosts = std::map<std::string, std::vector<std::string>>;

// The host in the request's Host header, in lower case and without its port, when its listener
// stands for it; empty when it does not. An address and localhost are covered by no glob: whoever
// says them means Larder itself.
std::string host_asked_as(const http::Request& request, const ListenerHosts& listener_hosts);

// Whether what the listener is asked for may be of the registry `host`. A listener that is not
// named, or has no hosts, reaches all.
bool reaches(const std::string& listener, const std::string& host, const ListenerHosts& reached);

}  // namespace larder::registry
