// A bounded pool of threads that grows with the work and shrinks when it is idle.
//
// Larder's threads block (on disk, on sockets), so a pool is sized by how many things may wait at
// once. A thread is started when work arrives and nobody is idle; an idle one leaves after
// `idle_timeout`.
// Thread-safety: any thread; work may submit work, but not stop() its own pool.
// Blocks: submit() never; stop() until running work has returned.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "cache/base/mutex.h"

namespace larder {

struct WorkerPoolOptions {
  std::string name;  // threads are named "<name>-<n>", 15 characters at most
  std::size_t threads_max = 1;
  std::size_t queue_max = 0;  // work waiting for a thread beyond threads_max; more is refused
  std::chrono::milliseconds idle_timeout{10000};
};

class WorkerPool {
 public:
  explicit WorkerPool(WorkerPoolOptions options);
  ~WorkerPool();  // stop()
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Runs `work` on one of the threads. False, and `work` is dropped unrun, when every thread is
  // busy and the queue is full, when no thread can be started, or after stop(). `work` must not
  // throw. With `spare`, also when it would leave fewer threads than that to others.
  [[nodiscard]] bool submit(std::function<void()> work, std::size_t spare = 0);

  // Takes no more work, drops what no thread has begun, waits for what runs.
  void stop();

  // Work that has no idle thread to take it right now: a hint to let go of threads.
  bool under_pressure() const;
  std::size_t threads() const;
  std::size_t queued() const;

 private:
  void run(std::size_t number);
  std::function<void()> take(std::size_t number);
  void leave(std::size_t number) REQUIRES(mutex_);
  bool leaves(std::size_t spare) const REQUIRES(mutex_);
  bool find_thread() REQUIRES(mutex_);
  bool start_thread() REQUIRES(mutex_);
  std::vector<std::thread> take_left();

  const WorkerPoolOptions options_;
  mutable Mutex mutex_;
  CondVar work_or_stop_;
  CondVar thread_left_;
  std::deque<std::function<void()>> queue_ GUARDED_BY(mutex_);
  std::map<std::size_t, std::thread> threads_ GUARDED_BY(mutex_);  // by number
  std::vector<std::thread> left_ GUARDED_BY(mutex_);               // done, not yet joined
  std::size_t idle_ GUARDED_BY(mutex_) = 0;                        // waiting, or just started
  std::size_t started_ GUARDED_BY(mutex_) = 0;
  bool stopping_ GUARDED_BY(mutex_) = false;
};

// Names the calling thread as shown by `top -H` and `gdb`; cut to 15 characters.
void name_this_thread(const std::string& name);

}  // namespace larder
