#include "daemon/http/connector.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace larder::http {

namespace {

constexpr std::chrono::milliseconds kHeadStartMax{250};

Error refused(const SocketAddress& address, int error_number) {
  return {Errc::upstream_down, from_errno("connect " + address.str(), error_number).context};
}

// The sockets that are connecting at once.
class Race {
 public:
  void start(const SocketAddress& address) {
    UniqueFd socket(
        ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) {
      failure_ = from_errno("socket", errno);
      return;
    }
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket.get(), address.get(), address.size_bytes) != 0 && errno != EINPROGRESS) {
      failure_ = refused(address, errno);
      return;
    }
    polled_.push_back({socket.get(), POLLOUT, 0});
    runners_.push_back({std::move(socket), &address});
  }

  bool empty() const { return runners_.empty(); }
  std::span<pollfd> polled() { return polled_; }
  const Error& failure() const { return failure_; }

  // The first runner that has arrived; those that failed leave the race.
  std::optional<UniqueFd> winner() {
    for (std::size_t i = polled_.size(); i-- > 0;) {
      if (polled_[i].revents == 0) continue;
      const int error_number = pending_error(polled_[i].fd);
      if (error_number == 0) return std::move(runners_[i].socket);
      failure_ = refused(*runners_[i].address, error_number);
      polled_.erase(polled_.begin() + static_cast<std::ptrdiff_t>(i));
      runners_.erase(runners_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return std::nullopt;
  }

 private:
  struct Runner {
    UniqueFd socket;
    const SocketAddress* address;
  };

  static int pending_error(int socket) {
    int error_number = 0;
    socklen_t size = sizeof error_number;
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error_number, &size);
    return error_number;
  }

  std::vector<Runner> runners_;
  std::vector<pollfd> polled_;
  Error failure_{Errc::upstream_down, "no address to connect to"};
};

// A quarter of the time at most, so that even a short deadline reaches a second address.
Deadline turn_of_next(const Deadline& deadline) {
  const auto now = std::chrono::steady_clock::now();
  return {now + std::min<Duration>(kHeadStartMax, (deadline.at - now) / 4), "head start"};
}

}  // namespace

Result<UniqueFd> connect_any(std::span<const SocketAddress> addresses, Waiter& waiter,
                             const Deadline& deadline) {
  Race race;
  std::size_t next = 0;
  while (next < addresses.size() || !race.empty()) {
    if (next < addresses.size()) race.start(addresses[next++]);
    if (race.empty()) continue;
    const bool more = next < addresses.size();
    auto waited = waiter.wait(race.polled(), more ? turn_of_next(deadline) : deadline);
    if (!waited) {
      const bool head_start_over = more && waited.error().code == Errc::timeout;
      if (head_start_over && !deadline.passed()) continue;
      return head_start_over ? deadline.error() : waited.error();
    }
    if (auto socket = race.winner()) return std::move(*socket);
  }
  return race.failure();
}

}  // namespace larder::http
