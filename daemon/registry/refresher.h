// An operator's order: ask upstream now what an image name means.
//
// Thread-safety: any thread. Blocks: on the network, at most for the manifest deadline.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "cache/digest.h"
#include "daemon/registry/manifests.h"
#include "daemon/upstream/upstreams.h"

namespace larder::registry {

struct RefreshReport {
  enum class Outcome {
    unchanged,  // it means what it meant
    moved,      // it means another image now, whose document is cached
    added,      // it was not known before
    gone,       // upstream does not have it any more; what is cached stays
  };

  std::string name;  // in full: "docker.io/library/redis:7"
  Outcome outcome = Outcome::unchanged;
  std::optional<cache::Digest> before;
  std::optional<cache::Digest> now;
  std::chrono::milliseconds took{};
};
// "unchanged", "moved", "new", "gone"
std::string_view to_string(RefreshReport::Outcome outcome);

class Refresher {
 public:
  // All must outlive this.
  Refresher(upstream::Upstreams& upstreams, Manifests& manifests, const Clock& clock)
      : upstreams_(upstreams), manifests_(manifests), clock_(clock) {}

  // Returns: invalid for a malformed name; not_found when no upstream matches, or when upstream
  // does not have it and never had; as Manifests::refresh otherwise.
  Result<RefreshReport> refresh(std::string_view text);

 private:
  upstream::Upstreams& upstreams_;
  Manifests& manifests_;
  const Clock& clock_;
};

}  // namespace larder::registry
