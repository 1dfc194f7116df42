// What the config says of listeners and networks, as the HTTP room has it.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string>
#include <vector>

#include "daemon/config/listener.h"
#include "daemon/http/server.h"

namespace larder::cli {

// Requires: networks that the config takes.
std::vector<http::IpBlock> blocks_of(const std::vector<std::string>& networks);

// `observer` must outlive the server.
http::ServerOptions server_options(const config::Listener& listener,
                                   http::ListenerObserver& observer);

}  // namespace larder::cli
