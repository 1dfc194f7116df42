// `larder token`: a token for scripts on the node, from the running daemon.
//
// Thread-safety: one thread at a time. Blocks: on the daemon.
#pragma once

#include <string>
#include <vector>

#include "daemon/cli/control_client.h"
#include "daemon/cli/output.h"

namespace larder::cli {

struct TokenOptions {
  ControlPlace place;
  std::vector<std::string> repositories;  // "docker.io/library/redis"
  std::vector<std::string> scopes;        // "repository:team/app:pull"
  std::string life;                       // "10m"; empty: as the daemon has it
  std::string subject;                    // empty: as the daemon has it
  std::string listener;                   // empty: the only one
  Output output = Output::text;
};

// As text the token and nothing else, for $(…). Returns the exit status.
int token(const TokenOptions& options);

}  // namespace larder::cli
