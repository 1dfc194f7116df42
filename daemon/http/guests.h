// The connections at the reception, each with the time it may stay.
//
// All guests of a stage may stay equally long, so the one that came first leaves first and every
// step costs the same however many there are.
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "cache/base/clock.h"
#include "daemon/http/connection.h"
#include "daemon/http/head.h"

namespace larder::http {

enum class Stage {
  introduction,  // a proxy is to say for whom it speaks
  handshake,     // of TLS; no request may come before its end
  idle,          // no byte of a request yet
  head,          // part of a head has come
  body,          // a head has come, its body has not
  lingering,     // answered; reads on until the peer has taken the answer and closes
};

struct Guest {
  std::unique_ptr<Connection> connection;
  Stage stage;
  MonoTime deadline;
  std::list<Guest>::iterator self;
  bool is_away = false;        // its connection is in the hands of Handshakes
  RequestHead head{};          // at Stage::body
  std::size_t body_bytes = 0;  // that have come, at Stage::body
};

class Guests {
 public:
  struct Limits {
    std::chrono::milliseconds idle;
    std::chrono::milliseconds head;  // of all that is like it: introduction, handshake, body
    std::chrono::milliseconds lingering;
  };
  explicit Guests(Limits limits);

  // The guest stays where it is until released.
  Guest& admit(std::unique_ptr<Connection> connection, Stage stage, MonoTime now);
  // A new stage, and the time that goes with it.
  void move(Guest& guest, Stage stage, MonoTime now);
  std::unique_ptr<Connection> release(Guest& guest);

  // Of one whose time is over: released, or cut when it is away, and released another time.
  void end(Guest& late, MonoTime now);
  void release_expired(MonoTime now);
  // One of `stage` whose time is over; null when there is none.
  Guest* expired(Stage stage, MonoTime now);
  std::optional<MonoTime> next_deadline() const;
  // Those that wait for a request.
  std::vector<Guest*> waiting();

  // So many bytes of its body have come.
  void count_body(Guest& guest, std::size_t bytes);
  // Of all whose body is arriving.
  std::size_t body_bytes() const { return body_bytes_; }

 private:
  std::list<Guest>& list(Stage stage) { return lists_[static_cast<std::size_t>(stage)]; }
  MonoTime deadline(Stage stage, MonoTime now) const;

  const Limits limits_;
  std::array<std::list<Guest>, 6> lists_;  // by stage, in order of deadline
  std::size_t body_bytes_ = 0;
};

}  // namespace larder::http
