// The seam to the policy: what a subject may do, asked for each action of a scope.
#pragma once

#include <string>
#include <string_view>

#include "daemon/auth/tokens/subject.h"

namespace larder::tokens {

struct AccessQuestion {
  const Subject& subject;
  std::string_view type;    // "repository", "registry"
  std::string_view name;    // as in the scope: "team/app", "ghcr.io/team/app", "catalog"
  std::string_view action;  // "pull", "push", "delete", "*"
  std::string_view listener;
  std::string_view peer;   // "10.1.2.3:51324", "unix"
  bool is_secure = false;  // over TLS
  // The token is to be used from elsewhere, and it is not known from where.
  bool is_from_anywhere = false;
};

// Thread-safety: any thread. Blocks: no.
class AccessDecider {
 public:
  virtual ~AccessDecider() = default;
  // What is not allowed is left out of the token, silently.
  virtual bool may(const AccessQuestion& question) const = 0;
};

}  // namespace larder::tokens
