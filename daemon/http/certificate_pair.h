// A certificate with its chain and its key, as OpenSSL has them.
//
// Thread-safety: immutable once read. Blocks: read() on disk.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "cache/base/result.h"
#include "daemon/http/certificate_files.h"

namespace larder::http {

struct FreeOpenSsl {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, X509_free); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
template <class T>
using OpenSslOwned = std::unique_ptr<T, FreeOpenSsl>;

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
