// Sleep that takes no time: the clock jumps to where the sleeper would have woken.
#pragma once

#include <atomic>
#include <functional>

#include "cache/pacer.h"
#include "tests/support/fake_clock.h"

namespace larder::testing {

class FakeSleeper final : public cache::Sleeper {
 public:
  explicit FakeSleeper(FakeClock& clock) : clock_(clock) {}

  // Called with each sleep before it begins, with how long it will be.
  std::function<void(Duration)> on_sleep;

  void sleep_until(MonoTime deadline, const std::stop_token& stop) override {
    const Duration left = deadline - clock_.now();
    if (on_sleep) on_sleep(left);
    const bool is_woken = woken_.exchange(false);
    if (!is_woken && !stop.stop_requested() && left > Duration{0}) clock_.advance(left);
  }
  void wake() override { woken_ = true; }

 private:
  FakeClock& clock_;
  std::atomic<bool> woken_ = false;
};

}  // namespace larder::testing
