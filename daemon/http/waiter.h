// Waits for sockets, never past a deadline and never after a stop request.
//
// Thread-safety: one thread at a time; the stop request may come from any.
// Blocks: until a socket is ready, the deadline passes, or stop is requested.
#pragma once

#include <poll.h>

#include <functional>
#include <optional>
#include <span>
#include <stop_token>

#include "cache/base/result.h"
#include "cache/base/unique_fd.h"
#include "daemon/http/deadline.h"

namespace larder::http {

class Waiter {
 public:
  explicit Waiter(std::stop_token stop);
  ~Waiter();
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // Returns ok when any of `sockets` has something in `revents`; timeout; cancelled; io.
  Status wait(std::span<pollfd> sockets, const Deadline& deadline);
  Status wait(int socket, short events, const Deadline& deadline);

  // For work that need not wait: cancelled or timeout when it must end all the same.
  Status check(const Deadline& deadline) const;

  const std::stop_token& stop() const { return stop_; }

 private:
  Status watch_stop();

  const std::stop_token stop_;
  UniqueFd stop_event_;  // readable once stop is requested
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace larder::http
