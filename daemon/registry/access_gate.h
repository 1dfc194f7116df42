// The seam to who decides who may have what through a listener.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "daemon/http/message.h"
#include "daemon/registry/registry_path.h"
#include "daemon/registry/target.h"

namespace larder::registry {

// Asked once for each request, before anything is looked up: a hit is checked like a miss.
// Thread-safety: any thread. Blocks: on the network, until its own deadline.
class AccessGate {
 public:
  virtual ~AccessGate() = default;

  // For GET /v2/. Nothing: the request goes on; else what it is answered.
  virtual std::optional<http::Response> refuse_ping(const http::Request& request) = 0;

  // For all else. Nothing: it goes on, in another's name where `target.as` was set. Either way
  // `target.admission` says who asks and why, as far as that is known.
  virtual std::optional<http::Response> refuse(const http::Request& request,
                                               const RegistryPath& path, Target& target) = 0;
};

// By the listener's name; who reaches one without a gate may have all of it.
using AccessGates = std::map<std::string, AccessGate*>;

}  // namespace larder::registry
