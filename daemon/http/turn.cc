#include "daemon/http/turn.h"

#include <utility>

namespace larder::http {

RunningTurns::Place RunningTurns::enter(Connection& connection) {
  MutexLock lock(mutex_);
  return turns_.insert(turns_.end(), &connection);
}

void RunningTurns::forget(Place place) {
  MutexLock lock(mutex_);
  *place = nullptr;
}

void RunningTurns::leave(Place place) {
  MutexLock lock(mutex_);
  turns_.erase(place);
  if (turns_.empty()) left_.notify_all();  // under the lock: the waiter may destroy us next
}

void RunningTurns::cut() {
  MutexLock lock(mutex_);
  cut_ = true;
  for (auto* connection : turns_) {
    if (connection != nullptr) connection->cut();
  }
}

bool RunningTurns::was_cut() {
  MutexLock lock(mutex_);
  return cut_;
}

bool RunningTurns::wait_until_empty(MonoTime deadline) {
  MutexLock lock(mutex_);
  while (!turns_.empty()) {
    if (!left_.wait_until(mutex_, deadline)) return turns_.empty();
  }
  return true;
}

void RunningTurns::wait_until_empty() {
  MutexLock lock(mutex_);
  while (!turns_.empty()) left_.wait(mutex_);
}

Turn::Turn(RunningTurns& running, std::unique_ptr<Connection> connection, ReceivedRequest received)
    : request(std::move(received)),
      running_(running),
      connection_(std::move(connection)),
      place_(running.enter(*connection_)) {}

std::unique_ptr<Connection> Turn::release() {
  running_.forget(place_);
  return std::move(connection_);
}

void Turn::end() {
  if (std::exchange(ended_, true)) return;
  if (connection_) release().reset();
  running_.leave(place_);
}

}  // namespace larder::http
