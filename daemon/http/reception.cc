#include "daemon/http/reception.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

#include "cache/base/worker_pool.h"

namespace larder::http {

namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};  // while the system has no descriptor left
constexpr int kEventsPerRound = 128;
constexpr int kAcceptsPerRound = 16;     // so that guests are not kept waiting by newcomers
constexpr int kAcceptsAtLeaving = 1024;  // the backlog

MonoTime now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

Result<std::unique_ptr<Reception>> Reception::create(std::unique_ptr<Entrance> entrance,
                                                     const ServerOptions& options, HandOn hand_on) {
  UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return from_errno("epoll_create1", errno);
  UniqueFd wake_event(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!wake_event) return from_errno("eventfd", errno);
  std::unique_ptr<Reception> reception(new Reception(
      std::move(entrance), options, std::move(hand_on), std::move(epoll), std::move(wake_event)));
  if (auto watched = reception->watch_sources(); !watched) return watched.error();
  return reception;
}

Status Reception::open() {
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& failure) {
    return from_errno("start a thread", failure.code().value());
  }
  return {};
}

Reception::Reception(std::unique_ptr<Entrance> entrance, const ServerOptions& options,
                     HandOn hand_on, UniqueFd epoll, UniqueFd wake_event)
    : name_(options.name),
      crowd_({options.connections_max, options.requests_max, options.bytes_per_second},
             options.of_source),
      entrance_(std::move(entrance)),
      epoll_(std::move(epoll)),
      wake_event_(std::move(wake_event)),
      desk_(options, *entrance_, epoll_.get(), std::move(hand_on), [this] { wake(); }) {
  if (entrance_->needs_maintenance()) next_maintenance_ = now() + Entrance::kMaintenance;
}

Reception::~Reception() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  if (!thread_.joinable()) return;
  wake();
  thread_.join();
}

void Reception::take_back(std::unique_ptr<Connection> connection, std::optional<RequestHead> head) {
  MutexLock lock(mutex_);
  if (leaving_ || stopping_) return;
  returned_.push_back({std::move(connection), std::move(head)});
  wake();
}

void Reception::part_with(std::unique_ptr<Connection> connection) {
  connection->finish_sending();
  MutexLock lock(mutex_);
  if (stopping_) return;
  parting_.push_back(std::move(connection));
  wake();
}

void Reception::stop_accepting() {
  MutexLock lock(mutex_);
  leaving_ = true;
  wake();
  while (!left_) gone_.wait(mutex_);
}

Status Reception::watch_sources() {
  epoll_event on_wake{EPOLLIN, {&wake_event_}};
  epoll_event on_client{EPOLLIN, {&entrance_}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_event_.get(), &on_wake) != 0 ||
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, entrance_->descriptor(), &on_client) != 0) {
    return from_errno("epoll_ctl", errno);
  }
  return {};
}

void Reception::run() {
  name_this_thread("accept-" + name_);
  std::array<epoll_event, kEventsPerRound> events;
  for (;;) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), kEventsPerRound, wait_limit_ms());
    bool woken = false;
    bool client_waits = false;
    // Guests first: what follows may release guests that this round's events name.
    for (int i = 0; i < count; ++i) {
      void* const source = events[static_cast<std::size_t>(i)].data.ptr;
      woken = woken || source == &wake_event_;
      client_waits = client_waits || source == &entrance_;
      if (source != &wake_event_ && source != &entrance_) {
        desk_.on_ready(*static_cast<Guest*>(source));
      }
    }
    if (client_waits) accept_some();
    if (woken) read_mail();
    desk_.release_expired();
    if (accept_again_ && *accept_again_ <= now()) resume_accepting();
    if (next_maintenance_ <= now()) maintain();
    MutexLock lock(mutex_);
    if (stopping_) return;
  }
}

void Reception::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_event_.get(), &one, sizeof one);
}

int Reception::wait_limit_ms() const {
  const auto next = std::min({desk_.next_deadline().value_or(MonoTime::max()),
                              accept_again_.value_or(MonoTime::max()), next_maintenance_});
  if (next == MonoTime::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, std::numeric_limits<int>::max()));
}

// What other threads have left for us.
void Reception::read_mail() {
  std::uint64_t ignored = 0;
  [[maybe_unused]] const auto count = ::read(wake_event_.get(), &ignored, sizeof ignored);
  std::vector<Returned> returned;
  std::vector<std::unique_ptr<Connection>> parting;
  bool leaving = false;
  {
    MutexLock lock(mutex_);
    returned.swap(returned_);
    parting.swap(parting_);
    leaving = leaving_ && !left_;
  }
  for (auto& [connection, head] : returned) {
    desk_.take_back(std::move(connection), std::move(head));
  }
  for (auto& connection : parting) desk_.part_with(std::move(connection));
  desk_.resume();
  if (leaving) leave();
}

void Reception::accept_some() {
  for (int i = 0; i < kAcceptsPerRound && accept_one(); ++i) {
  }
}

// True when another client may be waiting.
bool Reception::accept_one() {
  if (!entrance_) return false;
  auto arrival = entrance_->accept(crowd_);
  using Kind = Entrance::Arrival::Kind;
  if (arrival.kind == Kind::no_room) pause_accepting();
  if (arrival.kind != Kind::guest) return arrival.kind == Kind::gone;
  desk_.admit(std::move(arrival.connection), arrival.stage);
  return true;
}

// The waiting client keeps the listening socket readable: watching it now would spin.
void Reception::pause_accepting() {
  accept_again_ = now() + kAcceptPause;
  watch_entrance(0);
}

void Reception::resume_accepting() {
  accept_again_.reset();
  watch_entrance(EPOLLIN);
}

void Reception::maintain() {
  entrance_->maintain();
  next_maintenance_ = now() + Entrance::kMaintenance;
}

void Reception::leave() {
  for (int i = 0; i < kAcceptsAtLeaving && accept_one(); ++i) {
  }
  desk_.leave();
  entrance_.reset();
  accept_again_.reset();
  next_maintenance_ = MonoTime::max();
  MutexLock lock(mutex_);
  left_ = true;
  gone_.notify_all();
}

void Reception::watch_entrance(std::uint32_t events) {
  if (!entrance_) return;
  epoll_event event{events, {&entrance_}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, entrance_->descriptor(), &event);
}

}  // namespace larder::http
