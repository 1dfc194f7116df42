// The thread that does, about once a second, what no request waits for.
//
// Thread-safety: one thread. Blocks: the destructor and stop() until the round that runs has ended.
#pragma once

#include <functional>
#include <stop_token>
#include <thread>

#include "cache/base/clock.h"
#include "cache/pacer.h"

namespace larder::cli {

class Housekeeping {
 public:
  // `round` must not block for long; the clock must outlive this.
  Housekeeping(std::function<void()> round, const Clock& clock);
  ~Housekeeping() { stop(); }

  void stop();

 private:
  const std::function<void()> round_;
  const Clock& clock_;
  cache::ThreadSleeper sleeper_;
  std::jthread thread_;
};

}  // namespace larder::cli
