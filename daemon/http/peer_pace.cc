#include "daemon/http/peer_pace.h"

#include <algorithm>
#include <string>

namespace larder::http {

namespace {

using std::chrono::milliseconds;

constexpr int kLooksPerStall = 6;

std::string text(milliseconds time) {
  return std::to_string(time.count()) + " ms";
}

}  // namespace

// A peer that stops right after a look counts as stalled from the next one: so they are not as far
// apart as it may stall.
milliseconds PeerPace::next_look() const {
  Duration left = std::min<Duration>(limits_.stall - stalled_, limits_.stall / kLooksPerStall);
  if (limits_.bytes_per_second_min > 0) left = std::min(left, limits_.window - window_);
  return std::max(std::chrono::ceil<milliseconds>(left), milliseconds(1));
}

Status PeerPace::note(Duration waited, std::int64_t taken_bytes) {
  const auto taken = std::max<std::int64_t>(taken_bytes - taken_bytes_, 0);
  taken_bytes_ = taken_bytes;
  stalled_ = taken > 0 ? Duration() : stalled_ + waited;
  window_ += waited;
  window_bytes_ += taken;
  if (stalled_ >= limits_.stall) {
    return Error{Errc::timeout, "the peer took no byte for " + text(limits_.stall)};
  }
  return window_ < limits_.window ? Status() : end_window();
}

Status PeerPace::end_window() {
  const auto seconds = std::chrono::duration<double>(window_).count();
  const auto wanted = static_cast<double>(limits_.bytes_per_second_min) * seconds;
  const auto taken = window_bytes_;
  window_ = {};
  window_bytes_ = 0;
  if (static_cast<double>(taken) >= wanted) return {};
  return Error{Errc::timeout,
               "the peer took only " + std::to_string(taken) + " bytes in " + text(limits_.window)};
}

}  // namespace larder::http
