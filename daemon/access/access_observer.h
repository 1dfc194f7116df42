// What access tells about itself; daemon/control turns it into metrics and log lines.
#pragma once

#include <string>

#include "daemon/access/listener_policy.h"
#include "daemon/auth/policy/policy_file.h"
#include "daemon/auth/tokens/token_service.h"

namespace larder::access {

// Thread-safety: called from any thread. Must not block.
class AccessObserver : public DecisionObserver,
                       public tokens::TokenObserver,
                       public policy::PolicyObserver {
 public:
  // `what` ("token keys") could not be read or written; the old one stays. Told each second while
  // it lasts.
  virtual void access_trouble(const std::string& what, const Error& why) = 0;
};

}  // namespace larder::access
