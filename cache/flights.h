// The flights under way, one per blob.
//
// Thread-safety: any thread. Blocks: no.
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "cache/base/mutex.h"
#include "cache/flight.h"

namespace larder::cache {

class Flights {
 public:
  struct Joined {
    std::shared_ptr<Flight> flight;
    bool is_new = false;  // the caller must start() or adopt() it
  };

  // `parts.ended` is set here. The other parts must outlive the flights.
  explicit Flights(FlightParts parts);

  // The flight for `digest`, if there is one.
  std::shared_ptr<Flight> find(const Digest& digest) const;
  // The flight for `digest`, made from `sources` when there is none.
  // Returns: cancelled after stop().
  Result<Joined> join(const Digest& digest, std::vector<std::shared_ptr<Source>> sources);
  // `flight` has ended; another one for its blob stays.
  void forget(const Flight& flight);

  // Cancels every flight and lets none begin.
  void stop();
  std::size_t count() const;

 private:
  FlightParts parts_;
  mutable Mutex mutex_;
  std::unordered_map<Digest, std::shared_ptr<Flight>> flights_ GUARDED_BY(mutex_);
  bool stopped_ GUARDED_BY(mutex_) = false;
};

}  // namespace larder::cache
