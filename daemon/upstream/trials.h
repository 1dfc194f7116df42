// Finds out whether endpoints that failed are well again, so that no client has to wait for that.
//
// Thread-safety: tick() one thread at a time, stop() any. Blocks: no; trials run on the executor.
#pragma once

#include <stop_token>

#include "cache/base/clock.h"
#include "cache/executor.h"
#include "daemon/upstream/upstreams.h"

namespace larder::upstream {

class Trials {
 public:
  // All must outlive the executor's work. `limit`: for one trial, token included.
  Trials(const Upstreams& upstreams, cache::Executor& executor, Clock& clock, Duration limit)
      : upstreams_(upstreams), executor_(executor), clock_(clock), limit_(limit) {}

  // Begins what is due; call it each second (kTrialWait). Without a thread for it: the next time.
  void tick();
  // Ends those under way, soon; no others begin.
  void stop() { stop_.request_stop(); }

 private:
  const Upstreams& upstreams_;
  cache::Executor& executor_;
  Clock& clock_;
  const Duration limit_;
  std::stop_source stop_;
};

}  // namespace larder::upstream
