#include "daemon/http/desk.h"

#include <sys/epoll.h>

#include <cerrno>
#include <utility>

#include "daemon/http/next_head.h"
#include "daemon/http/request_body.h"

namespace larder::http {

namespace {

constexpr std::chrono::milliseconds kLinger{2000};
constexpr int kDiscardsPerEvent = 16;  // 256 KiB

MonoTime now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

Desk::Desk(const ServerOptions& options, Entrance& entrance, int epoll, HandOn hand_on,
           std::function<void()> on_greeted)
    : options_(options),
      entrance_(entrance),
      epoll_(epoll),
      hand_on_(std::move(hand_on)),
      guests_({options.idle_timeout, options.head_timeout, kLinger}) {
  if (options.tls) {
    handshakes_.emplace(options.name, Handshakes::usual_threads(), std::move(on_greeted));
  }
}

void Desk::admit(std::unique_ptr<Connection> newcomer, Stage stage) {
  const int descriptor = newcomer->descriptor();
  auto& guest = guests_.admit(std::move(newcomer), stage, now());
  epoll_event event{EPOLLIN | EPOLLONESHOT, {&guest}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) guests_.release(guest);
}

void Desk::take_back(std::unique_ptr<Connection> connection, std::optional<RequestHead> head) {
  auto& guest = guests_.admit(std::move(connection), Stage::idle, now());
  if (head) return on_head(guest, std::move(*head));
  guest.connection->has_pending() ? receive(guest) : examine(guest);
}

void Desk::part_with(std::unique_ptr<Connection> connection) {
  watch(guests_.admit(std::move(connection), Stage::lingering, now()), EPOLLIN);
}

void Desk::release_expired() {
  const auto time = now();
  while (auto* late = guests_.expired(Stage::introduction, time)) {
    entrance_.tell_refused(late->connection->peer(), "proxy_header");
    guests_.release(*late);
  }
  while (auto* late = guests_.expired(Stage::handshake, time)) {
    if (!late->is_away) entrance_.tell_late(*late->connection);
    guests_.end(*late, time);
  }
  while (auto* late = guests_.expired(Stage::body, time)) {
    refuse(*late, Refusal::malformed_body, "it did not come in time");
  }
  guests_.release_expired(time);
}

void Desk::leave() {
  if (handshakes_) handshakes_->stop();
  for (auto* guest : guests_.waiting()) {
    // Nobody has woken us for it: a guest that is handed on now would still be watched.
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, guest->connection->descriptor(), nullptr);
    if (!has_hands_to_shake(*guest)) on_ready(*guest);
  }
  for (auto* guest : guests_.waiting()) guests_.release(*guest);
}

bool Desk::has_hands_to_shake(const Guest& guest) const {
  return handshakes_ && (guest.stage == Stage::introduction || guest.stage == Stage::handshake);
}

void Desk::on_ready(Guest& guest) {
  switch (guest.stage) {
    case Stage::introduction:
      return on_step(guest, entrance_.introduce(*guest.connection));
    case Stage::handshake:
      return handshakes_->step(guest);
    case Stage::idle:
    case Stage::head:
      return receive(guest);
    case Stage::body:
      return receive_body(guest);
    case Stage::lingering:
      return linger(guest);
  }
}

void Desk::resume() {
  if (!handshakes_) return;
  for (const auto& [guest, result] : handshakes_->take_done()) {
    if (guest->stage == Stage::handshake) {
      on_step(*guest, entrance_.greeted(*guest->connection, result));
    } else {
      guests_.release(*guest);  // its time was over
    }
  }
}

void Desk::on_step(Guest& guest, Entrance::Step step) {
  switch (step) {
    case Entrance::Step::wants_read:
      return watch(guest, EPOLLIN);
    case Entrance::Step::wants_write:
      return watch(guest, EPOLLOUT);
    case Entrance::Step::shakes_hands:
      guests_.move(guest, Stage::handshake, now());
      return handshakes_->step(guest);
    case Entrance::Step::through:
      guests_.move(guest, Stage::idle, now());
      return receive(guest);
    case Entrance::Step::is_plain:
      return refuse(guest, Refusal::plain_http, "");
    case Entrance::Step::failed:
      return part(guest);
    case Entrance::Step::turned_away:
      guests_.release(guest);
      return;
  }
}

void Desk::receive(Guest& guest) {
  if (guest.connection->receive(options_.head_bytes_max) == Connection::Received::closed) {
    guests_.release(guest);
  } else {
    examine(guest);
  }
}

void Desk::examine(Guest& guest) {
  auto next = take_head(*guest.connection, options_.head_bytes_max);
  if (auto* head = std::get_if<RequestHead>(&next)) return on_head(guest, std::move(*head));
  if (auto* refused = std::get_if<RefusedHead>(&next)) {
    return refuse(guest, refused->refusal, refused->detail);
  }
  if (guest.stage == Stage::idle && !guest.connection->received().empty()) {
    guests_.move(guest, Stage::head, now());
  }
  watch_for_more(guest);
}

void Desk::on_head(Guest& guest, RequestHead head) {
  if (guest.connection->is_outdated()) {
    guests_.release(guest);
    return;
  }
  if (!head.announces_body || options_.body_bytes_max == 0) {
    return hand_on(guest, {std::move(head)});
  }
  if (const auto size = body_size(head, options_.body_bytes_max); !size) {
    return refuse(guest, Refusal::malformed_body, size.error().context);
  }
  guests_.move(guest, Stage::body, now());
  guest.head = std::move(head);
  receive_body(guest);
}

void Desk::receive_body(Guest& guest) {
  auto& connection = *guest.connection;
  const auto size = static_cast<std::size_t>(guest.head.content_length.value_or(0));
  if (connection.receive(size) == Connection::Received::closed) {
    guests_.release(guest);
    return;
  }
  if (auto body = take_body(connection, size)) {
    return hand_on(guest, {std::move(guest.head), std::move(*body)});
  }
  guests_.count_body(guest, connection.received().size());
  if (guests_.body_bytes() > options_.bodies_bytes_max) {
    return refuse(guest, Refusal::overloaded, "");
  }
  watch_for_more(guest);
}

void Desk::hand_on(Guest& guest, ReceivedRequest request) {
  if (const auto refusal = guest.connection->visit().begin_request()) {
    return refuse(guest, *refusal, "");
  }
  request.at = now();
  auto refused = hand_on_(guests_.release(guest), std::move(request));
  if (!refused) return;
  refused->visit().end_request();
  refuse(guests_.admit(std::move(refused), Stage::idle, now()), Refusal::overloaded, "");
}

void Desk::refuse(Guest& guest, Refusal refusal, const std::string& detail) {
  write_refusal(*guest.connection, refusal, detail);
  part(guest);
}

void Desk::part(Guest& guest) {
  guest.connection->finish_sending();
  guests_.move(guest, Stage::lingering, now());
  watch(guest, EPOLLIN);
}

void Desk::write_refusal(Connection& connection, Refusal refusal, const std::string& detail) const {
  if (options_.observer != nullptr) {
    options_.observer->request_refused({options_.name, connection.peer(), refusal, detail});
  }
  connection.write_now(refusal_bytes(refusal, detail));
}

void Desk::linger(Guest& guest) {
  for (int i = 0; i < kDiscardsPerEvent; ++i) {
    switch (guest.connection->discard()) {
      case Connection::Received::bytes:
        continue;
      case Connection::Received::nothing:
        return watch(guest, EPOLLIN);
      case Connection::Received::closed:
        guests_.release(guest);
        return;
    }
  }
  watch(guest, EPOLLIN);
}

// What cannot be received yet keeps the socket readable: watching that would spin.
void Desk::watch_for_more(Guest& guest) {
  watch(guest, guest.connection->waits_to_send() ? EPOLLOUT : EPOLLIN);
}

// One event, then silence until watched again: a guest that was handed on wakes nobody here.
void Desk::watch(Guest& guest, std::uint32_t events) {
  epoll_event event{events | EPOLLONESHOT, {&guest}};
  const int descriptor = guest.connection->descriptor();
  if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event) == 0) return;
  const bool is_unknown = errno == ENOENT;  // since we began to leave
  if (is_unknown && ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0) return;
  guests_.release(guest);
}

}  // namespace larder::http
