// Orders and questions to the running daemon, over its control socket.
//
// Thread-safety: one thread at a time. Blocks: on the daemon, each call at most kControlDeadline.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "cache/base/result.h"
#include "daemon/http/client.h"

namespace larder::cli {

inline constexpr std::chrono::seconds kControlDeadline{30};

// Where a command finds the socket: --socket, else the config's.
struct ControlPlace {
  std::string config_file;  // empty: the default file, or the defaults
  std::string socket;       // empty: as the config says
};

class ControlClient {
 public:
  // Contacts nobody yet.
  // Returns: as find_config when the config is needed and cannot be used; invalid for a path no
  // socket can have.
  static Result<ControlClient> open(const ControlPlace& place);

  // The body of the answer. `target` is a path with its query.
  // Returns: upstream_down when nobody answers at the socket, which the message names; not_found,
  // invalid, busy or io with the daemon's own words, printable, when it refuses.
  Result<std::string> ask(const std::string& method, const std::string& target,
                          const std::string& body = "");

 private:
  ControlClient(std::string socket, std::unique_ptr<http::Client> client)
      : socket_(std::move(socket)), client_(std::move(client)) {}

  std::string socket_;
  std::unique_ptr<http::Client> client_;
};

}  // namespace larder::cli
