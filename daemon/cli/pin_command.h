// `larder pin` and `larder unpin`: what must not be evicted, and why.
//
// Thread-safety: one thread at a time. Blocks: on the daemon.
#pragma once

#include <string>

#include "daemon/cli/control_client.h"
#include "daemon/cli/output.h"

namespace larder::cli {

struct PinOptions {
  ControlPlace place;
  std::string name;        // an image's name, or a digest: "redis:7", "sha256:.."
  std::string reason;      // for unpin: empty means every reason
  bool only_list = false;  // pin: adds nothing, prints all pins
  Output output = Output::text;
};

// Each returns the exit status.
int pin(const PinOptions& options);
int unpin(const PinOptions& options);

}  // namespace larder::cli
