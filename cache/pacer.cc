#include "cache/pacer.h"

#include <algorithm>
#include <chrono>

#include "cache/base/check.h"

namespace larder::cache {

void ThreadSleeper::sleep_until(MonoTime deadline, const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [this] { wake(); });
  MutexLock lock(mutex_);
  while (!woken_ && !stop.stop_requested()) {
    if (!changed_.wait_until(mutex_, deadline)) break;
  }
  woken_ = false;
}

void ThreadSleeper::wake() {
  {
    MutexLock lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

Pacer::Pacer(const Clock& clock, Sleeper& sleeper, std::uint64_t bytes_per_second)
    : clock_(clock),
      sleeper_(sleeper),
      seconds_per_byte_(1.0 / static_cast<double>(bytes_per_second)),
      due_(clock.now()) {
  CHECK(bytes_per_second > 0);
}

void Pacer::pace(std::uint64_t bytes, const std::stop_token& stop) {
  const std::chrono::duration<double> cost(static_cast<double>(bytes) * seconds_per_byte_);
  due_ = std::max(due_, clock_.now()) + std::chrono::duration_cast<Duration>(cost);
  sleeper_.sleep_until(due_, stop);
}

}  // namespace larder::cache
