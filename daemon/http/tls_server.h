// The certificates of a listener, whom it trusts, and how it speaks TLS: version 1.2 or later with
// forward secrecy and authenticated encryption, HTTP/1.1 by ALPN, no renegotiation, no compression,
// sessions resumed by tickets that the server does not keep.
//
// Files are read again once they have changed. Connections keep what they began with.
// Thread-safety: one thread at a time; sessions are independent of it. Blocks: create() and
// maintain(), on disk.
#pragma once

#include <memory>
#include <string>

#include "cache/base/result.h"
#include "daemon/http/tls_options.h"
#include "daemon/http/tls_session.h"

namespace larder::http {

class ListenerObserver;

class TlsServer {
 public:
  // `observer` may be null, else it outlives the server.
  // Returns: invalid, naming the file, for what cannot be read or does not fit together.
  static Result<std::unique_ptr<TlsServer>> create(TlsOptions options, std::string listener,
                                                   ListenerObserver* observer);

  // The server's end of a connection, before the handshake; null when OpenSSL refuses.
  std::unique_ptr<TlsSession> accept(int socket) const;

  // Looks whether files have changed: new connections get what they hold now. Files that do not
  // fit together at two looks in a row (one is enough in the middle of a rotation) are told of,
  // once for each change, and tried again. Sessions are outdated by other authorities of clients.
  void maintain();

 private:
  struct Keys;

  TlsServer(TlsOptions options, std::string listener, ListenerObserver* observer);
  std::string version() const;
  Status load();
  void tell_loaded() const;
  static Result<std::shared_ptr<const Keys>> read(const TlsOptions& options);

  const TlsOptions options_;
  const std::string listener_;  // its name
  ListenerObserver* const observer_;
  std::shared_ptr<const Keys> keys_;  // shared with the sessions that began with it
  std::string version_;               // of the files, when they were last read
  unsigned failed_looks_ = 0;         // in a row, since the files changed
};

}  // namespace larder::http
