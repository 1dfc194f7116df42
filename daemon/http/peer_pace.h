// Whether a peer takes what it is sent, and fast enough to be worth a thread.
//
// Only the time we wait for the peer counts, and what counts as taken is what it has acknowledged:
// on a slow link a full buffer may take long to have room again while bytes leave all the time.
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <chrono>
#include <cstdint>

#include "cache/base/clock.h"
#include "cache/base/result.h"

namespace larder::http {

class PeerPace {
 public:
  struct Limits {
    std::chrono::milliseconds stall;         // without a byte
    std::uint64_t bytes_per_second_min = 0;  // on average over a window; 0: no limit
    std::chrono::milliseconds window{60'000};
  };
  explicit PeerPace(const Limits& limits) : limits_(limits) {}

  // How long to wait for the peer before the next note().
  std::chrono::milliseconds next_look() const;
  // The peer was waited for so long since the last call, and has taken so many bytes of all that
  // were ever sent.
  // Returns: timeout when that is too slow.
  Status note(Duration waited, std::int64_t taken_bytes);

 private:
  Status end_window();

  const Limits limits_;
  std::int64_t taken_bytes_ = 0;
  Duration stalled_{};  // since it took a byte
  Duration window_{};   // of the window, until now
  std::int64_t window_bytes_ = 0;
};

}  // namespace larder::http
