// Whom the client trusts, who it says it is, and how it speaks TLS: version 1.2 or later, HTTP/1.1
// by ALPN, the peer's certificate always verified against its name.
//
// Thread-safety: const methods from any thread. Blocks: create() on disk; wrap() too, when it shows
// a certificate whose files have changed.
#pragma once

#include <memory>
#include <string>

#include "cache/base/result.h"
#include "daemon/http/client.h"
#include "daemon/http/client_certificate.h"
#include "daemon/http/transport.h"

struct ssl_ctx_st;
struct bio_method_st;

namespace larder::http {

class TlsContext {
 public:
  // Trusts the system's certificate authorities (SSL_CERT_FILE and SSL_CERT_DIR are honoured) and
  // those in `ca_file` (PEM), unless it is empty; has the certificate in `files`, unless they are
  // empty.
  // Returns: invalid, naming the file, when one cannot be read as PEM or the key is another's.
  static Result<std::unique_ptr<TlsContext>> create(const std::string& ca_file,
                                                    const CertificateFiles& files = {});
  ~TlsContext();

  // A client's end of a connection to `host` (a DNS name or an IP address), before the handshake.
  // With `certificate`, the server gets the client's certificate if it asks for one. It must not
  // outlive the context.
  Result<std::unique_ptr<Transport>> wrap(std::unique_ptr<Transport> below, const std::string& host,
                                          bool certificate) const;

 private:
  TlsContext(ssl_ctx_st* context, bio_method_st* method);

  ssl_ctx_st* const context_;
  bio_method_st* const method_;
  std::unique_ptr<ClientCertificate> certificate_;  // null: there is none to show
};

}  // namespace larder::http
