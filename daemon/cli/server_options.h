// How a listener of the config serves.
//
// Thread-safety: a function of its arguments. Blocks: no.
#pragma once

#include "daemon/config/listener.h"
#include "daemon/http/server.h"

namespace larder::cli {

// `observer` must outlive the server.
http::ServerOptions server_options(const config::Listener& listener,
                                   http::ListenerObserver& observer);

}  // namespace larder::cli
