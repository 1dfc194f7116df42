// Goes through bytes at a rate, evenly, without ever sleeping where a test could not wake it.
#pragma once

#include <cstdint>
#include <stop_token>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"

namespace larder::cache {

// The passing of time. Tests give one that moves their clock instead.
// Thread-safety: any thread wakes; one sleeps.
class Sleeper {
 public:
  virtual ~Sleeper() = default;
  // Returns at `deadline`, at once when woken since the last sleep or during this one, or at stop.
  virtual void sleep_until(MonoTime deadline, const std::stop_token& stop) = 0;
  virtual void wake() = 0;  // Blocks: no.
};

class ThreadSleeper final : public Sleeper {
 public:
  void sleep_until(MonoTime deadline, const std::stop_token& stop) override;
  void wake() override;

 private:
  Mutex mutex_;
  CondVar changed_;
  bool woken_ GUARDED_BY(mutex_) = false;
};

// Thread-safety: one thread. Blocks: in pace().
class Pacer {
 public:
  // Requires: bytes_per_second > 0.
  Pacer(const Clock& clock, Sleeper& sleeper, std::uint64_t bytes_per_second);

  // Waits until `bytes` more may be read: n bytes take n / rate. Time in which nothing was asked
  // for is not made up. Returns early when woken or stopped.
  void pace(std::uint64_t bytes, const std::stop_token& stop);

 private:
  const Clock& clock_;
  Sleeper& sleeper_;
  const double seconds_per_byte_;
  MonoTime due_;  // when the bytes so far have had their time
};

}  // namespace larder::cache
