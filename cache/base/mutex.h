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

// Waits release and retake the Mutex; they may wake without cause, so callers loop.
class CondVar {
 public:
  void wait(Mutex& mutex) REQUIRES(mutex) { condition_.wait(mutex); }
  // False when `deadline` passed.
  bool wait_until(Mutex& mutex, std::chrono::steady_clock::time_point deadline) REQUIRES(mutex) {
    return condition_.wait_until(mutex, deadline) == std::cv_status::no_timeout;
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable_any condition_;
};

}  // namespace larder
