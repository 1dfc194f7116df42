// Asks an upstream whether somebody may have something, in his name.
#pragma once

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/registry/registry_path.h"
#include "daemon/registry/target.h"

namespace larder::access {

// Thread-safety: any thread. Blocks: on the network, until the deadline.
class Prober {
 public:
  virtual ~Prober() = default;
  // Whether upstream would give `target.as` what `path` names. No byte of a blob is fetched.
  // Returns: denied, not_found as upstream says; any other error when it could not be asked.
  virtual Status probe(const registry::Target& target, const registry::RegistryPath& path,
                       MonoTime deadline) = 0;
};

class UpstreamProber final : public Prober {
 public:
  Status probe(const registry::Target& target, const registry::RegistryPath& path,
               MonoTime deadline) override;
};

}  // namespace larder::access
