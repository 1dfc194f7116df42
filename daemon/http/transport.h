// Bytes over a non-blocking socket, plain or inside TLS.
//
// Every operation does what it can at once and says what it waits for; client_connection does the
// waiting. Never raises SIGPIPE.
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "cache/base/unique_fd.h"

namespace larder::http {

struct IoResult {
  enum class Kind {
    done,         // `size_bytes` were moved; nothing to move for a handshake
    end,          // the peer has ended the stream properly
    wants_read,   // ask again when the socket is readable
    wants_write,  // ask again when it is writable
    failed,       // `failure` tells why
  } kind = Kind::failed;
  std::size_t size_bytes = 0;
  std::string failure;
};

class Transport {
 public:
  virtual ~Transport() = default;
  virtual int socket() const = 0;
  virtual IoResult handshake() = 0;
  // Requires: `into` and `bytes` are not empty.
  virtual IoResult read(std::span<std::byte> into) = 0;
  virtual IoResult write(std::span<const std::byte> bytes) = 0;
  // Whether an idle connection is still open and silent, as it must be to carry another request.
  virtual bool open_and_silent() = 0;
  // Whether something was sent, had to be sent again, and is not acknowledged: the peer is gone or
  // knows nothing of the connection, or the network has just lost something.
  virtual bool is_unheard() const = 0;
};

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(UniqueFd socket);
  int socket() const override { return socket_.get(); }
  IoResult handshake() override { return {IoResult::Kind::done, 0, {}}; }
  IoResult read(std::span<std::byte> into) override;
  IoResult write(std::span<const std::byte> bytes) override;
  bool open_and_silent() override;
  // By the kernel's count (tcp(7), TCP_INFO); never of a Unix socket.
  bool is_unheard() const override;

 private:
  UniqueFd socket_;
};

}  // namespace larder::http
