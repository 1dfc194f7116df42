#include "daemon/http/handshakes.h"

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>

namespace larder::http {

std::size_t Handshakes::usual_threads() {
  constexpr unsigned kThreadsMax = 4;
  return std::clamp(std::thread::hardware_concurrency() / 2, 1U, kThreadsMax);
}

Handshakes::Handshakes(const std::string& listener, std::size_t threads_max,
                       std::function<void()> on_done)
    : on_done_(std::move(on_done)),
      pool_({.name = "tls-" + listener,
             .threads_max = threads_max,
             .queue_max = std::numeric_limits<std::size_t>::max() / 2}) {}

void Handshakes::step(Guest& guest) {
  guest.is_away = true;
  {
    MutexLock lock(mutex_);
    const auto& source = guest.connection->visit().source();
    auto& queue = waiting_[source];
    if (queue.empty()) turns_.push_back(source);
    queue.push_back(&guest);
  }
  if (!pool_.submit([this] { do_next(); })) do_next();
}

std::vector<Handshakes::Done> Handshakes::take_done() {
  MutexLock lock(mutex_);
  for (const auto& done : done_) done.guest->is_away = false;
  return std::exchange(done_, {});
}

void Handshakes::stop() {
  pool_.stop();
  take_done();
  MutexLock lock(mutex_);
  for (const auto& [source, guests] : waiting_) {
    for (auto* guest : guests) guest->is_away = false;
  }
  waiting_.clear();
  turns_.clear();
}

void Handshakes::do_next() {
  auto* guest = next();
  auto& connection = *guest->connection;
  // Whose time is over while it waits needs no signature any more; others do.
  const auto result = connection.was_cut() ? IoResult{} : connection.wire().tls()->handshake();
  {
    MutexLock lock(mutex_);
    done_.push_back({guest, result});
  }
  on_done_();
}

// As many are waiting as calls of this are still to come.
Guest* Handshakes::next() {
  MutexLock lock(mutex_);
  const auto source = turns_.front();
  turns_.pop_front();
  auto place = waiting_.find(source);
  auto* guest = place->second.front();
  place->second.pop_front();
  if (place->second.empty()) {
    waiting_.erase(place);
  } else {
    turns_.push_back(source);
  }
  return guest;
}

}  // namespace larder::http
