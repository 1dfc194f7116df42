#include "cache/base/worker_pool.h"

#include <pthread.h>

#include <system_error>
#include <utility>

#include "cache/base/check.h"

namespace larder {

WorkerPool::WorkerPool(WorkerPoolOptions options) : options_(std::move(options)) {
  CHECK(options_.threads_max > 0);
}

WorkerPool::~WorkerPool() {
  stop();
}

bool WorkerPool::submit(std::function<void()> work, std::size_t spare) {
  CHECK(work != nullptr);
  std::vector<std::thread> left = take_left();
  for (std::thread& thread : left) thread.join();

  MutexLock lock(mutex_);
  if (stopping_ || !leaves(spare) || !find_thread()) return false;
  queue_.push_back(std::move(work));
  work_or_stop_.notify_one();
  return true;
}

bool WorkerPool::leaves(std::size_t spare) const {
  const std::size_t taken = threads_.size() - idle_ + queue_.size();
  return spare == 0 || taken + 1 + spare <= options_.threads_max;
}

// Work in the queue up to idle_ has a thread already on its way to it; only the rest waits.
bool WorkerPool::find_thread() {
  if (queue_.size() < idle_) return true;
  if (threads_.size() < options_.threads_max && start_thread()) return true;
  return !threads_.empty() && queue_.size() < idle_ + options_.queue_max;
}

bool WorkerPool::start_thread() {
  const std::size_t number = started_;
  std::thread& thread = threads_[number];
  try {
    thread = std::thread([this, number] { run(number); });
  } catch (const std::system_error&) {
    threads_.erase(number);
    return false;
  }
  ++started_;
  ++idle_;
  return true;
}

void WorkerPool::run(std::size_t number) {
  name_this_thread(options_.name + "-" + std::to_string(number));
  while (std::function<void()> work = take(number)) {
    work();
    work = nullptr;  // what it holds is gone before this thread counts as idle
    MutexLock lock(mutex_);
    ++idle_;
  }
}

// Returns: no work when the thread is to end.
std::function<void()> WorkerPool::take(std::size_t number) {
  const auto deadline = std::chrono::steady_clock::now() + options_.idle_timeout;
  MutexLock lock(mutex_);
  while (queue_.empty() && !stopping_) {
    if (!work_or_stop_.wait_until(mutex_, deadline)) break;
  }
  --idle_;
  if (queue_.empty() || stopping_) {
    leave(number);
    return nullptr;
  }
  std::function<void()> work = std::move(queue_.front());
  queue_.pop_front();
  return work;
}

// A thread cannot join itself: it leaves its handle to the next submit(), or to stop().
void WorkerPool::leave(std::size_t number) {
  left_.push_back(std::move(threads_.at(number)));
  threads_.erase(number);
  thread_left_.notify_all();
}

std::vector<std::thread> WorkerPool::take_left() {
  MutexLock lock(mutex_);
  return std::exchange(left_, {});
}

void WorkerPool::stop() {
  std::deque<std::function<void()>> dropped;  // destroyed without the lock: it may hold anything
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    dropped.swap(queue_);
    work_or_stop_.notify_all();
    while (!threads_.empty()) thread_left_.wait(mutex_);
  }
  std::vector<std::thread> left = take_left();
  for (std::thread& thread : left) thread.join();
}

bool WorkerPool::under_pressure() const {
  MutexLock lock(mutex_);
  return queue_.size() > idle_;
}

std::size_t WorkerPool::threads() const {
  MutexLock lock(mutex_);
  return threads_.size();
}

std::size_t WorkerPool::queued() const {
  MutexLock lock(mutex_);
  return queue_.size();
}

void name_this_thread(const std::string& name) {
  constexpr std::size_t kNameMax = 15;  // of the kernel
  pthread_setname_np(pthread_self(), name.substr(0, kNameMax).c_str());
}

}  // namespace larder
