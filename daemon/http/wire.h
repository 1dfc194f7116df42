// An accepted socket, plain or with TLS on it: moves bytes and counts those of the answer under
// way. A file goes from the page cache to a plain socket without passing through us.
//
// Thread-safety: one thread at a time, except cut().
// Blocks: sending, until the peer takes bytes, as slowly as PeerPace lets it, and until its
// listener and its source may send more; receiving never.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "cache/base/unique_fd.h"
#include "daemon/http/crowd.h"
#include "daemon/http/peer_pace.h"
#include "daemon/http/tls_session.h"

namespace larder::http {

class Wire {
 public:
  // `socket` is non-blocking. `visit` outlives this.
  Wire(UniqueFd socket, const PeerPace::Limits& pace, Crowd::Visit& visit);
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  int descriptor() const { return socket_.get(); }

  // From now on everything goes through `session`, once its handshake is done.
  void begin_tls(std::unique_ptr<TlsSession> session) { tls_ = std::move(session); }
  void end_tls() { tls_.reset(); }
  TlsSession* tls() const { return tls_.get(); }  // null: plain

  // As recv(2), MSG_DONTWAIT.
  std::ptrdiff_t take(std::span<char> into);
  // As take(), for bytes that nobody will look at: they are not deciphered.
  std::ptrdiff_t take_raw(std::span<char> into);
  bool wait_readable(std::chrono::milliseconds limit) const;
  // Whether there is something to take that the socket does not show any more.
  bool has_pending() const { return tls_ && tls_->has_pending(); }
  // Whether nothing can be taken before the socket has room.
  bool waits_to_send() const { return tls_ && tls_->waits_to_write(); }

  // Sending returns: timeout when the peer stalls or is too slow, cancelled when it is gone or we
  // were cut, io when the file cannot be read or ends early. `more_follows`: at once, so wait for
  // it.
  Status send(std::string_view first, std::string_view second, bool more_follows = false);
  // `first` is what comes before the file's bytes.
  Status send_file(std::string_view first, int file, std::uint64_t offset, std::uint64_t size);
  // Sends what the socket takes at once, without waiting; the rest is lost.
  void send_now(std::string_view bytes);

  // Starts the counters below anew.
  void begin_answer();
  // Bytes handed to the kernel, as they were before TLS, and when the first of them was.
  std::uint64_t sent_bytes() const { return sent_bytes_; }
  std::optional<MonoTime> first_sent() const { return first_sent_; }

  // No more will be sent: the peer sees the end of the stream.
  void finish_sending();
  // Ends the connection under its owner's hands. Any thread.
  void cut();
  bool was_cut() const { return cut_; }

 private:
  Status send_sealed(std::string_view bytes);
  Result<std::size_t> seal(std::string_view bytes);
  Status send_file_plain(int file, std::uint64_t offset, std::uint64_t size);
  Status send_file_sealed(int file, std::uint64_t offset, std::uint64_t size);
  Status wait_writable();
  void reset_when_closed() const;
  Result<std::uint64_t> may_send(std::uint64_t wanted);
  Status wait_for_turn(std::uint64_t bytes);
  std::int64_t taken_bytes() const;
  Status send_failure(int error_number) const;
  void count_sent(std::uint64_t size);

  const UniqueFd socket_;
  std::unique_ptr<TlsSession> tls_;  // after socket_, through which it speaks
  PeerPace pace_;
  Crowd::Visit& visit_;
  std::uint64_t booked_bytes_ = 0;  // that may be sent without booking
  std::int64_t ever_sent_bytes_ = 0;
  std::uint64_t sent_bytes_ = 0;
  std::optional<MonoTime> first_sent_;
  std::atomic<bool> cut_ = false;
};

}  // namespace larder::http
