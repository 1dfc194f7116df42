#include "daemon/http/reception.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

#include "cache/base/worker_pool.h"
#include "daemon/http/next_head.h"

namespace larder::http {

namespace {

constexpr std::chrono::milliseconds kLinger{2000};
constexpr std::chrono::milliseconds kAcceptPause{100};  // while the system has no descriptor left
constexpr int kEventsPerRound = 128;
constexpr int kAcceptsPerRound = 64;     // so that guests are not kept waiting by newcomers
constexpr int kDiscardsPerEvent = 16;    // 256 KiB
constexpr int kAcceptsAtLeaving = 1024;  // the backlog

MonoTime now() {
  return std::chrono::steady_clock::now();
}

bool is_out_of_descriptors(int error_number) {
  return error_number == EMFILE || error_number == ENFILE || error_number == ENOBUFS ||
         error_number == ENOMEM;
}

}  // namespace

Result<std::unique_ptr<Reception>> Reception::start(ListenSocket listener,
                                                    const ServerOptions& options, HandOn hand_on) {
  std::unique_ptr<Reception> reception(
      new Reception(std::move(listener), options, std::move(hand_on)));
  if (auto opened = reception->open_events(); !opened) return opened.error();
  try {
    reception->thread_ = std::thread([self = reception.get()] { self->run(); });
  } catch (const std::system_error& failure) {
    return from_errno("start a thread", failure.code().value());
  }
  return reception;
}

Reception::Reception(ListenSocket listener, const ServerOptions& options, HandOn hand_on)
    : options_(options),
      hand_on_(std::move(hand_on)),
      listener_(std::move(listener)),
      guests_({options.idle_timeout, options.head_timeout, kLinger}) {}

Reception::~Reception() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  if (!thread_.joinable()) return;
  wake();
  thread_.join();
}

void Reception::take_back(std::unique_ptr<Connection> connection) {
  MutexLock lock(mutex_);
  if (leaving_ || stopping_) return;
  returned_.push_back(std::move(connection));
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

Status Reception::open_events() {
  epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) return from_errno("epoll_create1", errno);
  wake_event_.reset(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!wake_event_) return from_errno("eventfd", errno);
  epoll_event on_wake{EPOLLIN, {&wake_event_}};
  epoll_event on_client{EPOLLIN, {&listener_}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_event_.get(), &on_wake) != 0 ||
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener_->descriptor(), &on_client) != 0) {
    return from_errno("epoll_ctl", errno);
  }
  return {};
}

void Reception::run() {
  name_this_thread("accept-" + options_.name);
  std::array<epoll_event, kEventsPerRound> events;
  for (;;) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), kEventsPerRound, wait_limit_ms());
    bool woken = false;
    bool client_waits = false;
    // Guests first: what follows may release guests that this round's events name.
    for (int i = 0; i < count; ++i) {
      void* const source = events[static_cast<std::size_t>(i)].data.ptr;
      woken = woken || source == &wake_event_;
      client_waits = client_waits || source == &listener_;
      if (source != &wake_event_ && source != &listener_) {
        on_readable(*static_cast<Guest*>(source));
      }
    }
    if (client_waits) accept_some();
    if (woken) read_mail();
    guests_.release_expired(now());
    if (accept_again_ && *accept_again_ <= now()) resume_accepting();
    MutexLock lock(mutex_);
    if (stopping_) return;
  }
}

void Reception::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_event_.get(), &one, sizeof one);
}

int Reception::wait_limit_ms() const {
  const auto next = std::min(guests_.next_deadline().value_or(MonoTime::max()),
                             accept_again_.value_or(MonoTime::max()));
  if (next == MonoTime::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, std::numeric_limits<int>::max()));
}

// What other threads have left for us.
void Reception::read_mail() {
  std::uint64_t ignored = 0;
  [[maybe_unused]] const auto count = ::read(wake_event_.get(), &ignored, sizeof ignored);
  std::vector<std::unique_ptr<Connection>> returned;
  std::vector<std::unique_ptr<Connection>> parting;
  bool leaving = false;
  {
    MutexLock lock(mutex_);
    returned.swap(returned_);
    parting.swap(parting_);
    leaving = leaving_ && !left_;
  }
  for (auto& connection : returned) {
    examine(guests_.admit(std::move(connection), Stage::idle, now()));
  }
  for (auto& connection : parting) {
    watch(guests_.admit(std::move(connection), Stage::lingering, now()));
  }
  if (leaving) leave();
}

void Reception::accept_some() {
  for (int i = 0; i < kAcceptsPerRound && accept_one(); ++i) {
  }
}

// True when another client may be waiting.
bool Reception::accept_one() {
  if (!listener_) return false;
  SocketAddress peer;
  peer.size_bytes = sizeof peer.storage;
  UniqueFd socket(::accept4(listener_->descriptor(), reinterpret_cast<sockaddr*>(&peer.storage),
                            &peer.size_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) {
    const int failure = errno;
    if (is_out_of_descriptors(failure)) pause_accepting();
    return failure == ECONNABORTED || failure == EINTR;
  }
  if (open_ >= options_.connections_max) return true;
  auto connection =
      std::make_unique<Connection>(std::move(socket), peer_text(peer), options_.write_stall, open_);
  const int descriptor = connection->descriptor();
  auto& guest = guests_.admit(std::move(connection), Stage::idle, now());
  epoll_event event{EPOLLIN | EPOLLONESHOT, {&guest}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) guests_.release(guest);
  return true;
}

// The waiting client keeps the listening socket readable: watching it now would spin.
void Reception::pause_accepting() {
  accept_again_ = now() + kAcceptPause;
  watch_listener(0);
}

void Reception::resume_accepting() {
  accept_again_.reset();
  watch_listener(EPOLLIN);
}

void Reception::leave() {
  for (int i = 0; i < kAcceptsAtLeaving && accept_one(); ++i) {
  }
  listener_.reset();
  accept_again_.reset();
  for (auto* guest : guests_.waiting()) {
    // Nobody has woken us for it: a guest that is handed on now would still be watched.
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, guest->connection->descriptor(), nullptr);
    on_readable(*guest);
  }
  for (auto* guest : guests_.waiting()) guests_.release(*guest);
  MutexLock lock(mutex_);
  left_ = true;
  gone_.notify_all();
}

void Reception::on_readable(Guest& guest) {
  if (guest.stage == Stage::lingering) return linger(guest);
  if (guest.connection->receive(options_.head_bytes_max) == Connection::Received::closed) {
    guests_.release(guest);
  } else {
    examine(guest);
  }
}

void Reception::examine(Guest& guest) {
  auto next = take_head(*guest.connection, options_.head_bytes_max);
  if (auto* head = std::get_if<RequestHead>(&next)) return hand_on(guest, std::move(*head));
  if (auto* refused = std::get_if<RefusedHead>(&next)) {
    return refuse(guest, refused->refusal, refused->detail);
  }
  if (guest.stage == Stage::idle && !guest.connection->received().empty()) {
    guests_.move(guest, Stage::head, now());
  }
  watch(guest);
}

void Reception::hand_on(Guest& guest, RequestHead head) {
  auto refused = hand_on_(guests_.release(guest), std::move(head), now());
  if (!refused) return;
  refuse(guests_.admit(std::move(refused), Stage::idle, now()), Refusal::overloaded, "");
}

void Reception::refuse(Guest& guest, Refusal refusal, const std::string& detail) {
  write_refusal(*guest.connection, refusal, detail);
  guest.connection->finish_sending();
  guests_.move(guest, Stage::lingering, now());
  watch(guest);
}

void Reception::write_refusal(Connection& connection, Refusal refusal,
                              const std::string& detail) const {
  if (options_.observer != nullptr) {
    options_.observer->request_refused({options_.name, connection.peer(), refusal, detail});
  }
  connection.write_now(refusal_bytes(refusal, detail));
}

void Reception::linger(Guest& guest) {
  for (int i = 0; i < kDiscardsPerEvent; ++i) {
    switch (guest.connection->discard()) {
      case Connection::Received::bytes:
        continue;
      case Connection::Received::nothing:
        return watch(guest);
      case Connection::Received::closed:
        guests_.release(guest);
        return;
    }
  }
  watch(guest);
}

// One event, then silence until watched again: a guest that was handed on wakes nobody here.
void Reception::watch(Guest& guest) {
  epoll_event event{EPOLLIN | EPOLLONESHOT, {&guest}};
  const int descriptor = guest.connection->descriptor();
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, descriptor, &event) == 0) return;
  const bool is_unknown = errno == ENOENT;  // since we began to leave
  if (is_unknown && ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) == 0) return;
  guests_.release(guest);
}

void Reception::watch_listener(std::uint32_t events) {
  if (!listener_) return;
  epoll_event event{events, {&listener_}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, listener_->descriptor(), &event);
}

}  // namespace larder::http
