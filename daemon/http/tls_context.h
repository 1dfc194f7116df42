// Whom the client trusts, and how it speaks TLS: version 1.2 or later, HTTP/1.1 by ALPN, the peer's
// certificate always verified against its name.
//
// Thread-safety: const methods from any thread. Blocks: create() on disk.
#pragma once

#include <memory>
#include <string>

#include "cache/base/result.h"
#include "cache/base/unique_fd.h"
#include "daemon/http/transport.h"

struct ssl_ctx_st;
struct bio_method_st;

namespace larder::http {

class TlsContext {
 public:
  // Trusts the system's certificate authorities (SSL_CERT_FILE and SSL_CERT_DIR are honoured) and
  // those in `ca_file` (PEM), unless it is empty.
  // Returns: invalid when `ca_file` cannot be read as PEM.
  static Result<std::unique_ptr<TlsContext>> create(const std::string& ca_file);
  ~TlsContext();

  // A client's end of a connection to `host` (a DNS name or an IP address), before the handshake.
  // It must not outlive the context.
  Result<std::unique_ptr<Transport>> wrap(UniqueFd socket, const std::string& host) const;

 private:
  TlsContext(ssl_ctx_st* context, bio_method_st* socket_method);

  ssl_ctx_st* const context_;
  bio_method_st* const socket_method_;
};

}  // namespace larder::http
