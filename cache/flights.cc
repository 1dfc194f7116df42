#include "cache/flights.h"

#include <utility>

namespace larder::cache {

Flights::Flights(FlightParts parts) : parts_(std::move(parts)) {
  parts_.ended = [this](const Flight& flight) { forget(flight); };
}

std::shared_ptr<Flight> Flights::find(const Digest& digest) const {
  MutexLock lock(mutex_);
  const auto it = flights_.find(digest);
  return it == flights_.end() ? nullptr : it->second;
}

Result<Flights::Joined> Flights::join(const Digest& digest,
                                      std::vector<std::shared_ptr<Source>> sources) {
  MutexLock lock(mutex_);
  if (stopped_) return Error{Errc::cancelled, "stopping"};
  const auto it = flights_.find(digest);
  if (it != flights_.end()) return Joined{it->second, false};
  auto flight = std::make_shared<Flight>(digest, parts_, std::move(sources));
  flights_.emplace(digest, flight);
  return Joined{std::move(flight), true};
}

void Flights::forget(const Flight& flight) {
  std::shared_ptr<Flight> last_owner;  // destroyed after the lock is gone
  MutexLock lock(mutex_);
  const auto it = flights_.find(flight.digest());
  if (it == flights_.end() || it->second.get() != &flight) return;
  last_owner = std::move(it->second);
  flights_.erase(it);
}

void Flights::stop() {
  std::vector<std::shared_ptr<Flight>> running;
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    for (const auto& [digest, flight] : flights_) running.push_back(flight);
  }
  for (const auto& flight : running) flight->cancel();
}

std::size_t Flights::count() const {
  MutexLock lock(mutex_);
  return flights_.size();
}

}  // namespace larder::cache
