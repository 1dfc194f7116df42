// A clock that stands still until told to move. It begins at the real time, because waits with a
// deadline of its making are real.
#pragma once

#include <atomic>

#include "cache/base/clock.h"

namespace larder::testing {

class FakeClock final : public Clock {
 public:
  MonoTime now() const override { return MonoTime(Duration(elapsed_)); }
  WallTime wall() const override {
    return WallTime(std::chrono::seconds(1'700'000'000)) +
           std::chrono::duration_cast<WallTime::duration>(Duration(elapsed_ - behind_));
  }
  void advance(Duration by) { elapsed_ += by.count(); }
  // As an operator or NTP does; the steady clock goes on.
  void set_wall_back(Duration by) { behind_ += by.count(); }

 private:
  std::atomic<Duration::rep> elapsed_{std::chrono::steady_clock::now().time_since_epoch().count()};
  std::atomic<Duration::rep> behind_ = 0;
};

}  // namespace larder::testing
