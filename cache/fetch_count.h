// How many fetches at once a flight gains from, found by trying.
//
// One fetch at first. While bytes would still take two seconds or more to come, it tries twice as
// many for a while; when that was clearly faster it stays with them and tries on, else it goes back
// and waits longer before the next try. A source that limits each connection is thus asked on
// several of them, and one that is limited by its line on one. Pure: time comes in with the
// measurements. Thread-safety: none. Blocks: no.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "cache/base/clock.h"

namespace larder::cache {

struct FetchCountLimits {
  std::size_t fetches_max = 8;
  Duration window = std::chrono::milliseconds(250);  // of one measurement
  Duration pause = std::chrono::seconds(5);          // after a try without gain; doubles each time
  Duration remaining_min = std::chrono::seconds(2);  // of the flight, for a try to be worth it
  unsigned gain_percent = 20;
};

class FetchCount {
 public:
  explicit FetchCount(FetchCountLimits limits) : limits_(limits) {}

  // How many fetches there should be now.
  std::size_t target() const { return target_; }

  struct Measurement {
    MonoTime now;
    std::uint64_t arrived_bytes = 0;    // since the flight began
    std::uint64_t remaining_bytes = 0;  // until it is whole
    std::size_t running = 0;            // fetches that have given a byte
  };
  // Returns: true when a try has just ended without gain.
  bool measure(const Measurement& at);

 private:
  bool judge(MonoTime now, double rate);
  void try_more(const Measurement& at, double rate);

  const FetchCountLimits limits_;
  std::size_t target_ = 1;
  std::optional<std::size_t> before_try_;  // what to go back to while a try is under way
  double rate_before_ = 0;                 // bytes per second
  Duration pause_{};
  MonoTime next_try_{};
  MonoTime changed_at_{};  // when the target was
  std::optional<Measurement> window_began_;
};

}  // namespace larder::cache
