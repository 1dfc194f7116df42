#include "daemon/http/waiter.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

namespace larder::http {

namespace {

// Rounded up, so that a wait which ends by itself has really passed its deadline.
int milliseconds_until(MonoTime at) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(at - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp(left, milliseconds(0), milliseconds(60'000)).count());
}

}  // namespace

Waiter::Waiter(std::stop_token stop) : stop_(std::move(stop)) {}

// The callback is gone before the event it writes to.
Waiter::~Waiter() {
  on_stop_.reset();
}

Status Waiter::wait(int socket, short events, const Deadline& deadline) {
  pollfd one{socket, events, 0};
  return wait(std::span(&one, 1), deadline);
}

Status Waiter::wait(std::span<pollfd> sockets, const Deadline& deadline) {
  if (auto watching = watch_stop(); !watching) return watching;
  std::vector<pollfd> polled(sockets.begin(), sockets.end());
  if (stop_event_) polled.push_back({stop_event_.get(), POLLIN, 0});
  while (true) {
    if (auto due = check(deadline); !due) return due;
    const int ready = ::poll(polled.data(), polled.size(), milliseconds_until(deadline.at));
    if (ready < 0 && errno != EINTR) return from_errno("poll", errno);
    if (ready <= 0) continue;
    if (stop_.stop_requested()) return Error{Errc::cancelled, "stopped"};
    std::copy_n(polled.begin(), sockets.size(), sockets.begin());
    return {};
  }
}

Status Waiter::check(const Deadline& deadline) const {
  if (stop_.stop_requested()) return Error{Errc::cancelled, "stopped"};
  if (deadline.passed()) return deadline.error();
  return {};
}

// Made at the first wait: most short answers over loopback never wait at all.
Status Waiter::watch_stop() {
  if (stop_event_ || !stop_.stop_possible()) return {};
  stop_event_ = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stop_event_) return from_errno("eventfd", errno);
  on_stop_.emplace(stop_, [event = stop_event_.get()] {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(event, &one, sizeof one);
  });
  return {};
}

}  // namespace larder::http
