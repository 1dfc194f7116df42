// What may be told, and written to disk, of a credential that is renewed: when it ends, and how its
// renewal goes. Nothing of it is secret.
#pragma once

#include <string>

#include "cache/base/clock.h"

namespace larder::auth {

struct RenewalFacts {
  std::string upstream;  // the registry's host
  std::string kind;      // "token", "ecr"
  std::string of;        // a token's scope; else the host again
  WallTime ends{};       // until then it is used
  Duration pause{0};     // after failures to get it anew; 0: the last one succeeded
  WallTime again_at{};   // after failures: when it is tried again
  std::string why{};     // after failures: the last one's
  bool is_held = true;   // false: it was held before a restart, which it did not survive

  bool operator==(const RenewalFacts&) const = default;
};

}  // namespace larder::auth
