#include "daemon/http/client_connection.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <utility>

namespace larder::http {

namespace {

constexpr std::chrono::milliseconds kLookInterval{50};

// Repeats `operation` until it has moved something, waiting for the socket in between.
// The number of bytes moved; 0 when the peer has ended the stream.
template <class Operation>
Result<std::size_t> complete(Transport& transport, Operation operation, Waiter& waiter,
                             const Deadline& deadline) {
  while (true) {
    IoResult result = operation();
    switch (result.kind) {
      case IoResult::Kind::done:
        return result.size_bytes;
      case IoResult::Kind::end:
        return std::size_t{0};
      case IoResult::Kind::failed:
        return Error{Errc::upstream_down, std::move(result.failure)};
      default:
        break;
    }
    const bool reading = result.kind == IoResult::Kind::wants_read;
    const auto events = static_cast<short>(reading ? POLLIN : POLLOUT);
    if (auto ready = waiter.wait(transport.socket(), events, deadline); !ready) {
      return ready.error();
    }
  }
}

}  // namespace

ClientConnection::ClientConnection(std::unique_ptr<Transport> transport)
    : transport_(std::move(transport)) {}

Status ClientConnection::shake_hands(Waiter& waiter, const Deadline& deadline) {
  bool done = false;
  auto shaken = complete(
      *transport_,
      [&] {
        auto result = transport_->handshake();
        done = result.kind == IoResult::Kind::done;
        return result;
      },
      waiter, deadline);
  if (!shaken) return shaken.error();
  if (!done) return Error{Errc::upstream_down, "TLS: the peer ended the handshake"};
  return {};
}

Result<std::size_t> ClientConnection::read(std::span<std::byte> into, Waiter& waiter,
                                           const Deadline& deadline) {
  if (!ahead_.empty()) {
    const auto size_bytes = std::min(ahead_.size(), into.size());
    std::memcpy(into.data(), ahead_.data(), size_bytes);
    drop_ahead(size_bytes);
    return size_bytes + read_waiting(into.subspan(size_bytes));
  }
  auto first = complete(
      *transport_, [&] { return transport_->read(into); }, waiter, deadline);
  if (!first || *first == 0) return first;
  return *first + read_waiting(into.subspan(*first));
}

// What else is there already: a TLS record holds 16 KiB, and full pieces make fewer writes, at
// places the page cache likes. An end or a failure shows again at the next read.
std::size_t ClientConnection::read_waiting(std::span<std::byte> into) {
  std::size_t size_bytes = 0;
  while (size_bytes < into.size()) {
    const auto more = transport_->read(into.subspan(size_bytes));
    if (more.kind != IoResult::Kind::done) break;
    size_bytes += more.size_bytes;
  }
  return size_bytes;
}

Result<std::size_t> ClientConnection::read_ahead(Waiter& waiter, const Deadline& deadline) {
  std::array<std::byte, 4096> bytes;
  auto size_bytes = complete(
      *transport_, [&] { return transport_->read(bytes); }, waiter, deadline);
  if (size_bytes) ahead_.append(reinterpret_cast<const char*>(bytes.data()), *size_bytes);
  return size_bytes;
}

void ClientConnection::put_back(std::span<const std::byte> bytes) {
  ahead_.insert(0, reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Status ClientConnection::write(std::string_view bytes, Waiter& waiter, const Deadline& deadline) {
  auto left = std::as_bytes(std::span(bytes));
  while (!left.empty()) {
    auto written = complete(
        *transport_, [&] { return transport_->write(left); }, waiter, deadline);
    if (!written) return written.error();
    if (*written == 0) return Error{Errc::upstream_down, "the peer takes no more bytes"};
    left = left.subspan(*written);
  }
  return {};
}

// The kernel sends again after 0.2 s where the peer is near, and later where it is far.
Status ClientConnection::await_answer(Waiter& waiter, const Deadline& deadline) {
  while (is_kept_) {
    const auto look_at = std::chrono::steady_clock::now() + kLookInterval;
    if (look_at >= deadline.at) return {};
    auto ready = waiter.wait(transport_->socket(), POLLIN, {look_at, deadline.name});
    if (ready || ready.error().code != Errc::timeout) return ready;
    if (transport_->is_unheard()) {
      return Error{Errc::upstream_down, "a kept connection leads nowhere"};
    }
  }
  return {};
}

}  // namespace larder::http
