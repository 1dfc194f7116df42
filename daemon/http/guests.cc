#include "daemon/http/guests.h"

#include <algorithm>
#include <utility>

namespace larder::http {

Guests::Guests(Limits limits) : limits_(limits) {}

Guest& Guests::admit(std::unique_ptr<Connection> connection, Stage stage, MonoTime now) {
  auto& guests = list(stage);
  guests.push_back({std::move(connection), stage, deadline(stage, now), {}});
  guests.back().self = std::prev(guests.end());
  return guests.back();
}

void Guests::move(Guest& guest, Stage stage, MonoTime now) {
  count_body(guest, 0);
  auto& to = list(stage);
  to.splice(to.end(), list(guest.stage), guest.self);
  guest.stage = stage;
  guest.deadline = deadline(stage, now);
}

std::unique_ptr<Connection> Guests::release(Guest& guest) {
  count_body(guest, 0);
  auto connection = std::move(guest.connection);
  list(guest.stage).erase(guest.self);
  return connection;
}

void Guests::release_expired(MonoTime now) {
  for (auto& guests : lists_) {
    while (!guests.empty() && guests.front().deadline <= now) end(guests.front(), now);
  }
}

void Guests::end(Guest& late, MonoTime now) {
  if (late.is_away) {
    late.connection->cut();
    move(late, Stage::lingering, now);
  } else {
    release(late);
  }
}

Guest* Guests::expired(Stage stage, MonoTime now) {
  auto& guests = list(stage);
  return guests.empty() || guests.front().deadline > now ? nullptr : &guests.front();
}

std::optional<MonoTime> Guests::next_deadline() const {
  std::optional<MonoTime> next;
  for (const auto& guests : lists_) {
    if (!guests.empty()) next = std::min(next.value_or(MonoTime::max()), guests.front().deadline);
  }
  return next;
}

std::vector<Guest*> Guests::waiting() {
  std::vector<Guest*> found;
  for (const auto stage :
       {Stage::introduction, Stage::handshake, Stage::idle, Stage::head, Stage::body}) {
    for (auto& guest : list(stage)) found.push_back(&guest);
  }
  return found;
}

void Guests::count_body(Guest& guest, std::size_t bytes) {
  body_bytes_ = body_bytes_ - guest.body_bytes + bytes;
  guest.body_bytes = bytes;
}

MonoTime Guests::deadline(Stage stage, MonoTime now) const {
  switch (stage) {
    case Stage::idle:
      return now + limits_.idle;
    case Stage::introduction:
    case Stage::handshake:
    case Stage::head:
    case Stage::body:
      return now + limits_.head;
    case Stage::lingering:
      return now + limits_.lingering;
  }
  return now;
}

}  // namespace larder::http
