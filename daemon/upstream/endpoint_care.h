// What endpoints need besides the requests for them, so that no client has to wait for it: finding
// out whether those that failed are well again, getting tokens anew before they end, and dropping
// those that have ended.
//
// Thread-safety: tick() one thread at a time, stop() any. Blocks: no; the work runs on the
// executor.
#pragma once

#include <stop_token>

#include "cache/base/clock.h"
#include "cache/executor.h"
#include "daemon/upstream/upstreams.h"

namespace larder::upstream {

class EndpointCare {
 public:
  // All must outlive the executor's work. `limit`: for one trial, token included.
  EndpointCare(const Upstreams& upstreams, cache::Executor& executor, Clock& clock, Duration limit)
      : upstreams_(upstreams), executor_(executor), clock_(clock), limit_(limit) {}

  // Begins what is due; call it each second (kTrialWait). Without a thread for it: the next time.
  void tick();
  // Ends what is under way, soon; nothing more begins.
  void stop() { stop_.request_stop(); }

 private:
  void try_out(const std::shared_ptr<Endpoint>& endpoint);
  void renew(const std::shared_ptr<Endpoint>& endpoint);

  const Upstreams& upstreams_;
  cache::Executor& executor_;
  Clock& clock_;
  const Duration limit_;
  std::stop_source stop_;
};

}  // namespace larder::upstream
