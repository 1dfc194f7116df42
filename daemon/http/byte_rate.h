// So many bytes a second: what was booked has its time before the next may go. A quarter of a
// second's bytes may be saved up.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "cache/base/clock.h"

namespace larder::http {

class ByteRate {
 public:
  explicit ByteRate(std::uint64_t bytes_per_second) : bytes_per_second_(bytes_per_second) {}

  bool is_limited() const { return bytes_per_second_ > 0; }

  // How much to book at a time, so that others get their turn: a sixteenth of a second's bytes.
  std::uint64_t piece_bytes() const {
    constexpr std::uint64_t kPieceBytesMin = 1024;
    constexpr std::uint64_t kPieceBytesMax = 1024 * 1024;
    if (!is_limited()) return kPieceBytesMax;
    return std::clamp(bytes_per_second_ / 16, kPieceBytesMin, kPieceBytesMax);
  }

  // When something may go after `bytes` more.
  MonoTime after(std::uint64_t bytes, MonoTime now) const {
    return is_limited() ? std::max(booked_until_, now - kSavedUp) + time_of(bytes) : now;
  }

  void book(std::uint64_t bytes, MonoTime now) {
    if (is_limited()) booked_until_ = after(bytes, now);
  }

  // Whether one that begins anew would be just as well off.
  bool is_saved_up(MonoTime now) const { return booked_until_ <= now - kSavedUp; }

 private:
  static constexpr std::chrono::milliseconds kSavedUp{250};

  std::chrono::nanoseconds time_of(std::uint64_t bytes) const {
    return std::chrono::nanoseconds(bytes * std::uint64_t{1'000'000'000} / bytes_per_second_);
  }

  std::uint64_t bytes_per_second_;
  MonoTime booked_until_{};
};

}  // namespace larder::http
