// One accepted socket: what has been received and not used yet, what is to be sent, and the
// counters of the answer under way. It has one owner at a time: the reception while it waits, a
// worker while it is answered.
//
// Sent bytes are gathered, so that a head and a small body leave in one packet; a file goes from
// the page cache to the socket without passing through us, unless the connection speaks TLS. An
// idle connection keeps no buffer. Thread-safety: one thread at a time, except cut(). Blocks: as
// Wire.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "cache/base/unique_fd.h"
#include "daemon/http/crowd.h"
#include "daemon/http/peer_pace.h"
#include "daemon/http/wire.h"

namespace larder::http {

class Connection {
 public:
  // `socket` is non-blocking.
  Connection(UniqueFd socket, std::string peer, const PeerPace::Limits& pace,
             std::unique_ptr<Crowd::Visit> visit);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int descriptor() const { return wire_.descriptor(); }
  const std::string& peer() const { return peer_; }
  // Whom a proxy relays. Before the first request.
  void set_peer(std::string peer) { proxy_ = std::exchange(peer_, std::move(peer)); }
  // Who has said so; empty: nobody.
  const std::string& proxy() const { return proxy_; }

  // Its place among the others.
  Crowd::Visit& visit() { return *visit_; }

  Wire& wire() { return wire_; }

  enum class Received { bytes, nothing, closed };
  // Takes what the peer has sent, until received() holds `bytes_max`. More may be there when it has
  // come in many small pieces: the socket, or has_pending(), shows it.
  Received receive(std::size_t bytes_max);
  // Throws away what the peer has sent; `nothing` when that was all for now.
  Received discard();
  // Whether there is something to receive (the peer's close included) before `limit` has passed.
  bool wait_readable(std::chrono::milliseconds limit) const { return wire_.wait_readable(limit); }
  // Whether there is something to receive that the socket does not show any more.
  bool has_pending() const { return wire_.has_pending(); }
  // Whether nothing can be received before the socket has room to send.
  bool waits_to_send() const { return wire_.waits_to_send(); }

  // Whether its peer must show its certificate anew before it is answered again.
  bool is_outdated() const { return wire_.tls() != nullptr && wire_.tls()->is_outdated(); }

  std::string_view received() const { return received_; }
  // One past the first empty line in received(). Bytes are looked at once, however slowly they
  // come.
  std::optional<std::size_t> head_end();
  // Forgets the first `size` bytes of received().
  void consume(std::size_t size);

  // Sending returns: timeout when the peer stalls, cancelled when it is gone or we were cut, io
  // when the file cannot be read or ends early.
  Status write(std::string_view bytes);
  Status write_file(int file, std::uint64_t offset, std::uint64_t size);
  Status flush();
  // Forgets what write() has gathered and not sent.
  void drop_unsent() { unsent_.clear(); }
  // Sends what the socket takes at once, without waiting; the rest is lost.
  void write_now(std::string_view bytes) { wire_.send_now(bytes); }

  // The counters of the answer under way, as Wire's.
  void begin_answer() { wire_.begin_answer(); }
  std::uint64_t sent_bytes() const { return wire_.sent_bytes(); }
  std::optional<MonoTime> first_sent() const { return wire_.first_sent(); }

  // No more will be sent: the peer sees the end of the stream.
  void finish_sending() { wire_.finish_sending(); }
  // Ends the connection under its owner's hands. Any thread.
  void cut() { wire_.cut(); }
  bool was_cut() const { return wire_.was_cut(); }

 private:
  std::unique_ptr<Crowd::Visit> visit_;
  Wire wire_;  // after visit_, which it uses
  std::string peer_;
  std::string proxy_;
  std::string received_;
  std::size_t searched_bytes_ = 0;  // of received_, known to hold no empty line
  std::string unsent_;
};

}  // namespace larder::http
