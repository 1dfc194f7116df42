#include "daemon/http/connection_pool.h"

#include <utility>

namespace larder::http {

ConnectionPool::ConnectionPool(std::size_t idle_per_origin_max,
                               std::chrono::milliseconds idle_timeout)
    : idle_per_origin_max_(idle_per_origin_max), idle_timeout_(idle_timeout) {}

std::unique_ptr<ClientConnection> ConnectionPool::take(const std::string& origin) {
  while (auto connection = take_newest(origin)) {
    if (connection->idle()) return connection;
  }
  return nullptr;
}

std::unique_ptr<ClientConnection> ConnectionPool::take_newest(const std::string& origin) {
  Idles expired;  // outlives the lock
  MutexLock lock(mutex_);
  expired = expire();
  const auto found = idle_.find(origin);
  if (found == idle_.end()) return nullptr;
  auto connection = std::move(found->second.back().connection);
  found->second.pop_back();
  if (found->second.empty()) idle_.erase(found);
  return connection;
}

void ConnectionPool::put(const std::string& origin, std::unique_ptr<ClientConnection> connection) {
  if (idle_per_origin_max_ == 0) return;
  connection->keep();
  Idles closed;  // outlives the lock
  MutexLock lock(mutex_);
  closed = expire();
  auto& idles = idle_[origin];
  if (idles.size() >= idle_per_origin_max_) {
    closed.push_back(std::move(idles.front()));
    idles.pop_front();
  }
  idles.push_back({std::move(connection), std::chrono::steady_clock::now()});
}

void ConnectionPool::drop(const std::string& origin) {
  Idles dropped;  // outlives the lock
  MutexLock lock(mutex_);
  const auto found = idle_.find(origin);
  if (found == idle_.end()) return;
  dropped = std::move(found->second);
  idle_.erase(found);
}

ConnectionPool::Idles ConnectionPool::expire() {
  const auto oldest = std::chrono::steady_clock::now() - idle_timeout_;
  Idles expired;
  for (auto& [origin, idles] : idle_) {
    while (!idles.empty() && idles.front().since < oldest) {
      expired.push_back(std::move(idles.front()));
      idles.pop_front();
    }
  }
  std::erase_if(idle_, [](const auto& entry) { return entry.second.empty(); });
  return expired;
}

}  // namespace larder::http
