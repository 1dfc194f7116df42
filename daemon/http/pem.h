// PEM files, read whole before OpenSSL sees them: a pipe or a device with that name keeps nobody
// waiting.
//
// Thread-safety: any thread. Blocks: on disk.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "cache/base/result.h"

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

// Every certificate of the file, at least one, up to what is none. `what` begins what is said of
// it: "server certificate". Returns: invalid, naming the file.
Result<std::vector<OpenSslOwned<X509>>> read_certificates(const std::string& what,
                                                          const std::string& file);
// The file's first key, not encrypted. Returns: as above.
Result<OpenSslOwned<EVP_PKEY>> read_private_key(const std::string& what, const std::string& file);

}  // namespace larder::http
