// A server's end of a TLS connection. Only tls_server makes these.
//
// Reads never take more from the socket than one record, so that what waits can be seen there, and
// one peer cannot keep the reception busy. The socket raises SIGPIPE unless that is ignored.
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/http/tls_peer.h"
#include "daemon/http/tls_transport.h"
#include "daemon/http/transport.h"

namespace larder::http {

// What sessions have in common that began with the same files.
struct SessionGround {
  virtual ~SessionGround() = default;
  std::string client_realm;  // TlsPeer
  // The listener trusts other authorities by now.
  mutable std::atomic<bool> is_outdated = false;
};

class TlsSession {
 public:
  // `ground` has what the session's callbacks use.
  TlsSession(SslHandle session, std::shared_ptr<const SessionGround> ground);
  // Tells a peer that is still there that nothing follows.
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  IoResult handshake();
  // Whether a handshake failed because the peer sent a plain HTTP request.
  bool met_plain_http() const { return met_plain_http_; }
  // Whether the peer has sent anything: who only looks whether somebody listens does not.
  bool has_heard() const { return BIO_number_read(SSL_get_rbio(session_.get())) > 0; }
  // Once the handshake is done. Shared with the requests that come this way.
  std::shared_ptr<const TlsPeer> peer() const { return peer_; }
  // Whether the peer's certificate might not be accepted any more.
  bool is_outdated() const { return ground_->is_outdated; }

  // At most one record, as the other ends of TLS do.
  IoResult read(std::span<std::byte> into);
  IoResult write(std::span<const std::byte> bytes);
  // Whether there are bytes that were taken from the socket and not read yet.
  bool has_pending() const;
  // Whether the last step must write before it can go on, as what a peer's key updates ask for.
  bool waits_to_write() const { return SSL_want_write(session_.get()); }
  // Nothing more will be written.
  void finish();

 private:
  IoResult outcome_of(int code);
  Status note_peer();

  const std::shared_ptr<const SessionGround> ground_;  // shared with others and the server
  const SslHandle session_;
  std::shared_ptr<const TlsPeer> peer_;
  bool open_ = false;  // between the handshake and the end
  bool met_plain_http_ = false;
};

}  // namespace larder::http
