// In which order an upstream's endpoints are asked.
//
// Those that would refuse come last, in the order of the config. By latency, the quickest comes
// first, and stays first until another is clearly quicker, so that the choice does not flap; one
// that was never measured, or not for long, is given a request now and then.
// Thread-safety: any thread. Blocks: no (a short lock).
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "daemon/upstream/endpoint_health.h"

namespace larder::upstream {

enum class Selection { ordered, latency };

class EndpointOrder {
 public:
  // A measurement older than this is made again.
  static constexpr std::chrono::minutes kMeasureAgain{10};
  // One that was asked so lately is not asked to find out.
  static constexpr std::chrono::seconds kFindOutPause{30};
  // Another one must be quicker by this much, and by this share, to take the first place.
  static constexpr std::chrono::milliseconds kClearlyQuicker{5};
  static constexpr double kClearlyQuickerShare = 0.3;

  struct Candidate {
    bool is_refused = false;
    std::optional<EndpointHealth::Latency> latency{};
    std::optional<MonoTime> asked_at{};
  };
  struct Order {
    std::vector<std::size_t> indexes;  // of the candidates, the first to ask first
    std::size_t askable = 0;           // so many of them are not refused
  };

  explicit EndpointOrder(Selection selection) : selection_(selection) {}

  // The candidates are the same endpoints, in the same order, on every call.
  Order of(const std::vector<Candidate>& candidates, MonoTime now);

 private:
  void prefer(const std::vector<Candidate>& candidates, const std::vector<std::size_t>& askable)
      REQUIRES(mutex_);

  const Selection selection_;
  Mutex mutex_;
  std::optional<std::size_t> preferred_ GUARDED_BY(mutex_);
};

}  // namespace larder::upstream
