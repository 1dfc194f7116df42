// Idle connections, kept for the next request to the same origin.
//
// Thread-safety: any thread. Blocks: no.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "daemon/http/client_connection.h"

namespace larder::http {

class ConnectionPool {
 public:
  ConnectionPool(std::size_t idle_per_origin_max, std::chrono::milliseconds idle_timeout);

  // The connection that was last put back for `origin` and is still open; nullptr when none is.
  std::unique_ptr<ClientConnection> take(const std::string& origin);
  // It carries others from now on.
  void put(const std::string& origin, std::unique_ptr<ClientConnection> connection);
  // Closes those of `origin`.
  void drop(const std::string& origin);

 private:
  struct Idle {
    std::unique_ptr<ClientConnection> connection;
    MonoTime since;
  };
  using Idles = std::deque<Idle>;  // the oldest first

  std::unique_ptr<ClientConnection> take_newest(const std::string& origin);
  // Moves what has been idle for too long out of the pool, to be closed without the lock.
  Idles expire() REQUIRES(mutex_);

  const std::size_t idle_per_origin_max_;
  const std::chrono::milliseconds idle_timeout_;
  Mutex mutex_;
  std::map<std::string, Idles> idle_ GUARDED_BY(mutex_);
};

}  // namespace larder::http
