// std::mutex with the annotations clang's -Wthread-safety needs (libstdc++'s has none).
//
// Rules of the house: no function takes two locks, and no lock is held over disk, network or LMDB.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define LARDER_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define LARDER_THREAD_ANNOTATION(x)
#endif

#define GUARDED_BY(mutex) LARDER_THREAD_ANNOTATION(guarded_by(mutex))
#define REQUIRES(mutex) LARDER_THREAD_ANNOTATION(requires_capability(mutex))
#define EXCLUDES(mutex) LARDER_THREAD_ANNOTATION(locks_excluded(mutex))

namespace larder {

class LARDER_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  void lock() LARDER_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  void unlock() LARDER_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class LARDER_THREAD_ANNOTATION(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) LARDER_THREAD_ANNOTATION(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() LARDER_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits in place of the kernel where a simulation runs the work of many threads on one
// (tests/sim). `condition` only tells one CondVar from another; the rest is as CondVar has it.
class WaitHook {
 public:
  virtual ~WaitHook() = default;
  virtual void wait(const void* condition, Mutex& mutex) REQUIRES(mutex) = 0;
  virtual bool wait_until(const void* condition, Mutex& mutex,
                          std::chrono::steady_clock::time_point deadline) REQUIRES(mutex) = 0;
  virtual void notify_one(const void* condition) = 0;
  virtual void notify_all(const void* condition) = 0;

  // Null on every thread that does not simulate. Not owned.
  static inline constinit thread_local WaitHook* of_this_thread = nullptr;
};

// Waits release and retake the Mutex; they may wake without cause, so callers loop.
class CondVar {
 public:
  void wait(Mutex& mutex) REQUIRES(mutex) {
    if (WaitHook* const hook = WaitHook::of_this_thread) return hook->wait(this, mutex);
    condition_.wait(mutex);
  }
  // False when `deadline` passed.
  bool wait_until(Mutex& mutex, std::chrono::steady_clock::time_point deadline) REQUIRES(mutex) {
    if (WaitHook* const hook = WaitHook::of_this_thread) {
      return hook->wait_until(this, mutex, deadline);
    }
    return condition_.wait_until(mutex, deadline) == std::cv_status::no_timeout;
  }
  void notify_one() {
    if (WaitHook* const hook = WaitHook::of_this_thread) return hook->notify_one(this);
    condition_.notify_one();
  }
  void notify_all() {
    if (WaitHook* const hook = WaitHook::of_this_thread) return hook->notify_all(this);
    condition_.notify_all();
  }

 private:
  std::condition_variable_any condition_;
};

}  // namespace larder
