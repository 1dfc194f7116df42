// How often upstream is asked in vain for tenants that never had a right.
//
// Without an end to it, one client that guesses would use up what the registry allows this node,
// and those who have a right would be refused with it. Thread-safety: any thread. Blocks: no.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"

namespace larder::access {

class ProbeLimits {
 public:
  // So many refusals for one client address within the window, and none is asked for until its end.
  static constexpr int kRefusalsMax = 30;
  static constexpr std::chrono::seconds kWindow{60};
  static constexpr std::size_t kAddressesMax = 4096;

  // `clock` must outlive this.
  explicit ProbeLimits(const Clock& clock) : clock_(clock) {}

  // `peer` with its port, which does not count: "10.1.2.3:51324".
  bool may_ask(std::string_view peer) const;
  void note_refused(std::string_view peer);

 private:
  struct Window {
    MonoTime end;
    int refusals = 0;
  };

  void make_room(MonoTime now) REQUIRES(mutex_);

  const Clock& clock_;
  mutable Mutex mutex_;
  std::map<std::string, Window, std::less<>> windows_ GUARDED_BY(mutex_);  // by address
};

}  // namespace larder::access
