// What a listener tells of requests that it refuses before any handler has seen them.
//
// Thread-safety: any thread, among them the one that receives all connections of a listener.
// Blocks: briefly at most.
#pragma once

#include <string>
#include <string_view>

#include "daemon/http/refusal.h"

namespace larder::http {

struct RefusedRequest {
  const std::string& listener;
  const std::string& peer;
  Refusal refusal;
  std::string_view detail;  // what was malformed; may be empty
};

class ListenerObserver {
 public:
  virtual ~ListenerObserver() = default;

  virtual void request_refused(const RefusedRequest& request) = 0;
};

}  // namespace larder::http
