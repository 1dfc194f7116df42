// A certificate with its chain and its key, as OpenSSL has them.
//
// Thread-safety: immutable once read. Blocks: read() on disk.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "cache/base/result.h"
#include "daemon/http/certificate_files.h"
#include "daemon/http/pem.h"

namespace larder::http {

struct CertificatePair {
  // `whose` begins what is said of a file: "client", "server".
  // Returns: invalid, naming the file, when one holds no PEM certificate or unencrypted key, or
  // when the key is not the certificate's.
  static Result<std::shared_ptr<const CertificatePair>> read(const CertificateFiles& files,
                                                             const std::string& whose);

  // False when OpenSSL refuses.
  bool put_into(SSL* session) const;

  OpenSslOwned<X509> certificate;
  OpenSslOwned<STACK_OF(X509)> chain;  // the issuers that the file names behind it
  OpenSslOwned<EVP_PKEY> key;
};

}  // namespace larder::http
