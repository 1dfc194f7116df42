// Runs the cache's work on threads of its own; the destructor waits for all of it.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "cache/base/mutex.h"
#include "cache/executor.h"

namespace larder::testing {

class ThreadExecutor final : public cache::Executor {
 public:
  ~ThreadExecutor() override { wait(); }

  bool run(std::function<void()> work) override {
    if (refuses_) return false;
    MutexLock lock(mutex_);
    threads_.emplace_back(std::move(work));
    return true;
  }

  void refuse() { refuses_ = true; }

  // Returns when all work given so far, and the work it gave, has ended.
  void wait() {
    for (;;) {
      std::vector<std::thread> threads;
      {
        MutexLock lock(mutex_);
        threads.swap(threads_);
      }
      if (threads.empty()) return;
      for (auto& thread : threads) thread.join();
    }
  }

 private:
  std::atomic<bool> refuses_ = false;
  Mutex mutex_;
  std::vector<std::thread> threads_ GUARDED_BY(mutex_);
};

}  // namespace larder::testing
