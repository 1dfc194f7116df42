// The unix socket on which the daemon takes orders.
//
// Mode 0660, of the group "larder" when there is one: whoever may open it may give orders.
// Thread-safety: a function of its arguments. Blocks: on disk, and on the look-up of the group.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "cache/base/result.h"
#include "cache/base/worker_pool.h"
#include "daemon/http/server.h"
#include "daemon/log/log.h"

namespace larder::control {

inline constexpr char kControlGroup[] = "larder";

// Serves on `socket`. Its folder is made, mode 0755, when only that one is missing; a socket nobody
// listens on is replaced. That the socket cannot be given to the group is logged: its owner and
// root can still use it. `workers` and `handler` must outlive the server.
// Returns: busy when somebody listens there or an ordinary file has the name; not_found, denied,
// io. The message names the path.
Result<std::unique_ptr<http::Server>> serve_control(const std::filesystem::path& socket,
                                                    WorkerPool& workers, http::Handler& handler,
                                                    log::Logger& logger,
                                                    const std::string& group = kControlGroup);

}  // namespace larder::control
