// A blocking HTTP client made of a bare socket, for tests that care about every byte on the wire.
//
// Nothing throws: a read that fails or outlives the deadline gives the bytes that came until then.
// Thread-safety: one thread at a time. Blocks: each call at most `kDeadline`.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "cache/base/unique_fd.h"
#include "daemon/http/message.h"

namespace larder::testing {

class RawClient {
 public:
  static constexpr std::chrono::seconds kDeadline{5};

  // "127.0.0.1:5050", "[::1]:5050" or "unix:/path". A small receive buffer makes a slow reader.
  // `source`: the address to come from, of this host.
  explicit RawClient(const std::string& address, int receive_buffer_bytes = 0,
                     const std::string& source = {});
  virtual ~RawClient() = default;
  RawClient(RawClient&&) = default;

  bool connected() const { return connected_; }
  int descriptor() const { return socket_.get(); }

  // False when the peer is gone.
  bool send(std::string_view bytes);
  // One byte every millisecond until the peer closes or all is sent. How many were sent.
  std::size_t drip(std::string_view bytes);
  void finish_sending();
  // Closes with a reset.
  void reset();

  std::string read_head();  // up to and with the empty line
  std::string read_exactly(std::size_t size);
  std::string read_to_end();
  // After a read: how the stream ended, if it did.
  bool was_reset() const { return was_reset_; }
  bool ended() const { return ended_; }

 protected:
  // As send(2) and recv(2); what is above the socket replaces them.
  virtual std::ptrdiff_t put(std::string_view bytes);
  virtual std::ptrdiff_t take(std::span<char> into);

 private:
  bool receive();

  UniqueFd socket_;
  bool connected_ = false;
  bool ended_ = false;
  bool was_reset_ = false;
  std::string received_;
};

struct RawResponse {
  int status = 0;  // 0: no valid head came
  http::Headers headers;
  std::string body;  // as long as Content-Length says, shorter when it was cut
};
RawResponse read_response(RawClient& client);
RawResponse read_head_response(RawClient& client);  // of a HEAD request: no body follows

// Sends a GET for `target` and reads the answer.
RawResponse get(RawClient& client, std::string_view target);
std::string get_request(std::string_view target, std::string_view more_fields = {});

}  // namespace larder::testing
