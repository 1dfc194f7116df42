// A connection of the client: a transport, and the bytes read ahead of what was asked for.
//
// Thread-safety: one thread at a time. Blocks: on the network, until the deadline or a stop
// request.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/http/deadline.h"
#include "daemon/http/transport.h"
#include "daemon/http/waiter.h"

namespace larder::http {

class ClientConnection {
 public:
  explicit ClientConnection(std::unique_ptr<Transport> transport);

  // Returns: upstream_down when TLS fails or the peer ends the stream, timeout, cancelled.
  Status shake_hands(Waiter& waiter, const Deadline& deadline);

  // At least one byte, or 0 when the peer has ended the stream.
  // Returns: upstream_down when the connection breaks, timeout, cancelled.
  Result<std::size_t> read(std::span<std::byte> into, Waiter& waiter, const Deadline& deadline);
  // Reads what is there behind the bytes ahead; 0 as above. Takes 4 KiB at most.
  Result<std::size_t> read_ahead(Waiter& waiter, const Deadline& deadline);
  Status write(std::string_view bytes, Waiter& waiter, const Deadline& deadline);
  // On a connection that was kept, waits as long as it may lead nowhere; read() waits for the rest.
  // Returns: upstream_down when what was written is unheard (transport.h); cancelled, io.
  Status await_answer(Waiter& waiter, const Deadline& deadline);

  // It has carried a request, and will carry others.
  void keep() { is_kept_ = true; }

  // What it cost to make it; 0 when nobody has told.
  Duration dial_time() const { return dial_time_; }
  void took(Duration dial_time) { dial_time_ = dial_time; }

  // Bytes read and not yet asked for; valid until the next call that is not const.
  std::string_view ahead() const { return ahead_; }
  void drop_ahead(std::size_t size_bytes) { ahead_.erase(0, size_bytes); }
  // Bytes that came with the last read() and belong to nothing yet.
  void put_back(std::span<const std::byte> bytes);

  // For TLS inside of what was plain until now; the connection is of no use afterwards.
  // Requires: ahead() is empty.
  std::unique_ptr<Transport> take_transport() { return std::move(transport_); }

  // Whether the connection can carry another request.
  bool idle() { return ahead_.empty() && transport_->open_and_silent(); }

 private:
  std::size_t read_waiting(std::span<std::byte> into);

  std::unique_ptr<Transport> transport_;
  std::string ahead_;
  bool is_kept_ = false;
  Duration dial_time_{0};
};

}  // namespace larder::http
