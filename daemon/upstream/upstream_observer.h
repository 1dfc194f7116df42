// What upstream traffic tells about itself; daemon/control turns it into metrics and log lines.
#pragma once

#include <cstdint>
#include <string>

#include "cache/base/result.h"
#include "daemon/auth/renewals.h"

namespace larder::upstream {

// Thread-safety: called from any thread. Must not block.
class UpstreamObserver : public auth::RenewalObserver {
 public:
  // One HTTP exchange with an upstream's endpoint ended; status 0 when there was no response.
  // `body_bytes` counts what arrived of the body, redirect targets included.
  virtual void request_ended(const std::string& upstream, const std::string& endpoint_host,
                             int status, std::uint64_t body_bytes, const Status& outcome) = 0;
  // An endpoint answered, and the answer is of no use: it is not what was asked for, or leads
  // nowhere.
  virtual void answer_useless(const std::string& upstream, const std::string& endpoint_host,
                              const Error& why) = 0;
};

}  // namespace larder::upstream
