// The reception's desk: takes each guest from its first byte to a whole request, which is handed on
// with its connection; what is wrong is refused here.
//
// It never waits for one guest, so a slow or silent one costs memory, not time.
// Thread-safety: one thread at a time, except write_refusal(). Blocks: no.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/http/connection.h"
#include "daemon/http/entrance.h"
#include "daemon/http/guests.h"
#include "daemon/http/handshakes.h"
#include "daemon/http/received_request.h"
#include "daemon/http/refusal.h"
#include "daemon/http/server.h"

namespace larder::http {

class Desk {
 public:
  // Takes over a connection with a request; gives it back when the request must be refused as too
  // many. Must not block.
  using HandOn = std::function<std::unique_ptr<Connection>(std::unique_ptr<Connection> connection,
                                                           ReceivedRequest request)>;

  // Guests are watched by `epoll`, their addresses as data. `entrance` is used until leave().
  // `on_greeted` is called on any thread when resume() has something to do; it must not block.
  Desk(const ServerOptions& options, Entrance& entrance, int epoll, HandOn hand_on,
       std::function<void()> on_greeted);

  void admit(std::unique_ptr<Connection> newcomer, Stage stage);
  // A connection that was handed on, to wait for its next request, or for the body of one whose
  // `head` has come.
  void take_back(std::unique_ptr<Connection> connection, std::optional<RequestHead> head);
  // One that was answered, and whose peer may still be sending.
  void part_with(std::unique_ptr<Connection> connection);

  // Something has come, or there is room to send. `guest` may be gone afterwards.
  void on_ready(Guest& guest);
  // Goes on with those whose handshakes did.
  void resume();
  void release_expired();
  std::optional<MonoTime> next_deadline() const { return guests_.next_deadline(); }

  // Hands on what has fully arrived, closes what waits for a request or for the end of a handshake.
  void leave();

  // Answers a request that no handler will see, and tells of it. Any thread.
  void write_refusal(Connection& connection, Refusal refusal, const std::string& detail) const;

 private:
  bool has_hands_to_shake(const Guest& guest) const;
  void on_step(Guest& guest, Entrance::Step step);
  void receive(Guest& guest);
  void examine(Guest& guest);
  void on_head(Guest& guest, RequestHead head);
  void receive_body(Guest& guest);
  void hand_on(Guest& guest, ReceivedRequest request);
  void refuse(Guest& guest, Refusal refusal, const std::string& detail);
  void part(Guest& guest);
  void linger(Guest& guest);
  void watch_for_more(Guest& guest);
  void watch(Guest& guest, std::uint32_t events);

  const ServerOptions options_;
  Entrance& entrance_;
  const int epoll_;
  const HandOn hand_on_;
  Guests guests_;
  std::optional<Handshakes> handshakes_;  // after guests_, whom it has; nothing: plain HTTP
};

}  // namespace larder::http
