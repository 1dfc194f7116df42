// An image name as kubelet sends it through a mirror entry: without a host it is Docker Hub's,
// whatever the default upstream is.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/registry/registry_path.h"

namespace larder::registry {

struct NodeReference {
  std::string host;   // "docker.io"
  RegistryPath path;  // with ?ns=
};

// Of a name without tag and digest the tag is "latest". Returns: invalid.
Result<NodeReference> parse_node_reference(std::string_view text);

// "docker.io/library/redis:7", "quay.io/app@sha256:.."
std::string full_name(const std::string& host, const std::string& repository,
                      const std::string& reference);

}  // namespace larder::registry
