// Time, injected: the daemon uses SystemClock, tests a FakeClock (tests/support).
#pragma once

#include <chrono>

namespace larder {

using Duration = std::chrono::steady_clock::duration;
using MonoTime = std::chrono::steady_clock::time_point;  // for deadlines; never stored
using WallTime = std::chrono::system_clock::time_point;  // for what is stored or shown

// Thread-safety: any thread. Blocks: no.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonoTime now() const = 0;
  virtual WallTime wall() const = 0;
};

class SystemClock final : public Clock {
 public:
  MonoTime now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall() const override { return std::chrono::system_clock::now(); }
};

}  // namespace larder
