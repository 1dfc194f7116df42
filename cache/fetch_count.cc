#include "cache/fetch_count.h"

#include <algorithm>
#include <utility>

namespace larder::cache {

bool FetchCount::measure(const Measurement& at) {
  if (!window_began_) {
    // New fetches are given the time of a window to come in.
    if (at.running >= target_ || at.now - changed_at_ >= limits_.window) window_began_ = at;
    return false;
  }
  const Duration elapsed = at.now - window_began_->now;
  if (elapsed < limits_.window) return false;
  const auto bytes = static_cast<double>(at.arrived_bytes - window_began_->arrived_bytes);
  const double rate = bytes / std::chrono::duration<double>(elapsed).count();
  window_began_.reset();
  const bool in_vain = before_try_ && !judge(at.now, rate);
  if (!in_vain) try_more(at, rate);
  return in_vain;
}

// Returns: whether the try under way has paid.
bool FetchCount::judge(MonoTime now, double rate) {
  const std::size_t before = *std::exchange(before_try_, std::nullopt);
  if (rate * 100 >= rate_before_ * (100 + limits_.gain_percent)) {
    pause_ = {};
    return true;
  }
  target_ = before;
  pause_ = std::max(limits_.pause, 2 * pause_);
  next_try_ = now + pause_;
  changed_at_ = now;
  return false;
}

void FetchCount::try_more(const Measurement& at, double rate) {
  const double seconds_left = static_cast<double>(at.remaining_bytes) / std::max(rate, 1.0);
  const bool worth_it =
      seconds_left >= std::chrono::duration<double>(limits_.remaining_min).count();
  if (!worth_it || target_ >= limits_.fetches_max || at.now < next_try_) return;
  before_try_ = target_;
  rate_before_ = rate;
  target_ = std::min(2 * target_, limits_.fetches_max);
  changed_at_ = at.now;
}

}  // namespace larder::cache
