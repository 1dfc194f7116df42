// A connection that a ScriptedServer has accepted, in the hands of a script.
//
// Every call ends when the peer leaves, the server is destroyed or kScriptDeadline has passed; what
// a script does after that has no effect. Thread-safety: one thread at a time.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cache/base/unique_fd.h"

namespace larder::testing {

inline constexpr std::chrono::seconds kScriptDeadline{20};

struct FreeSsl {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* session) const { SSL_free(session); }
};

class ScriptedConnection {
 public:
  // `stopping` is readable once the server ends; `tls` may be null.
  ScriptedConnection(UniqueFd socket, int stopping, SSL_CTX* tls);

  // False when TLS fails. Nothing to do without TLS.
  bool shake_hands();
  // The next request's head, with its empty line; nothing when there is none.
  std::optional<std::string> receive_head();
  // `size` bytes of a body.
  std::string receive(std::size_t size);

  // False when not all bytes could be sent.
  bool send(std::string_view bytes);
  // One byte at a time.
  bool drip(std::string_view bytes, std::chrono::milliseconds every);
  // Carries bytes between this connection and `other` until either ends, and closes it then.
  void relay(UniqueFd other);
  // Keeps silent until the peer leaves.
  void hang();
  // From now on nothing that the peer sends arrives here, as when a NAT has forgotten the
  // connection: not even the kernel acknowledges it.
  void go_deaf();
  // Ends the stream, properly: with a close_notify when there is TLS.
  void close();
  // Ends the stream with a TCP reset.
  void reset();

  bool is_open() const { return static_cast<bool>(socket_); }

 private:
  enum class Wait { read, write };

  bool wait(Wait what, std::chrono::milliseconds limit = kScriptDeadline);
  bool receive_some();
  bool send_from(int other);
  bool tls_wants(int code);

  UniqueFd socket_;
  const int stopping_;
  std::unique_ptr<SSL, FreeSsl> tls_;
  std::string received_;
};

}  // namespace larder::testing
