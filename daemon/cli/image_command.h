// `larder explain` and `larder refresh`: what an image name means, known and asked.
//
// Thread-safety: one thread at a time. Blocks: on the daemon.
#pragma once

#include <string>
#include <vector>

#include "daemon/cli/control_client.h"
#include "daemon/cli/output.h"

namespace larder::cli {

struct ImageOptions {
  ControlPlace place;
  std::vector<std::string> names;  // explain: one
  Output output = Output::text;
};

// Each returns the exit status. refresh() asks for all the names, whatever becomes of the first,
// and ends with kExitOk only when each was answered.
int explain(const ImageOptions& options);
int refresh(const ImageOptions& options);

}  // namespace larder::cli
