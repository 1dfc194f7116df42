// So many bytes a second: what is sent is booked, and may go once what was booked before it has had
// its time. A quarter of a second's bytes may be saved up.
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

  // When `bytes` may go. Requires: at most piece_bytes().
  MonoTime book(std::uint64_t bytes, MonoTime now) {
    if (!is_limited()) return now;
    const MonoTime at = std::max(booked_until_, now - kSavedUp);
    const auto nanoseconds = bytes * std::uint64_t{1'000'000'000} / bytes_per_second_;
    booked_until_ = at + std::chrono::nanoseconds(nanoseconds);
    return std::max(at, now);
  }

  // Whether one that begins anew would be just as well off.
  bool is_saved_up(MonoTime now) const { return booked_until_ <= now - kSavedUp; }

 private:
  static constexpr std::chrono::milliseconds kSavedUp{250};

  std::uint64_t bytes_per_second_;
  MonoTime booked_until_{};
};

}  // namespace larder::http
