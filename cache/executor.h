// Where the cache's blocking work runs; the daemon gives it a WorkerPool.
#pragma once

#include <functional>

namespace larder::cache {

// Thread-safety: any thread. Blocks: no.
class Executor {
 public:
  virtual ~Executor() = default;
  // Runs `work` on a thread of its own, soon. False: it will never run (too busy, or stopping).
  [[nodiscard]] virtual bool run(std::function<void()> work) = 0;
};

}  // namespace larder::cache
