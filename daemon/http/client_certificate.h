// The client's own certificate with its chain and key, for servers that want to know who asks.
//
// The files are looked at for each connection and read again once they have changed; while they do
// not fit together, as in the middle of a rotation, the last pair that did is used.
// Thread-safety: any thread. Blocks: on disk.
#pragma once

#include <memory>
#include <string>

#include "cache/base/mutex.h"
#include "cache/base/result.h"
#include "daemon/http/certificate_files.h"

struct ssl_st;

namespace larder::http {

struct CertificatePair;

class ClientCertificate {
 public:
  // Returns: invalid, naming the file, when one holds no PEM certificate or unencrypted key, or
  // when the key is not the certificate's.
  static Result<std::unique_ptr<ClientCertificate>> load(const CertificateFiles& files);

  // False when OpenSSL refuses.
  bool put_into(ssl_st* session);

 private:
  ClientCertificate(CertificateFiles files, std::string version,
                    std::shared_ptr<const CertificatePair> pair);
  std::shared_ptr<const CertificatePair> current();

  const CertificateFiles files_;
  Mutex mutex_;
  std::string version_ GUARDED_BY(mutex_);  // of the files that `pair_` was read from
  // Shared with handshakes that begin.
  std::shared_ptr<const CertificatePair> pair_ GUARDED_BY(mutex_);
};

}  // namespace larder::http
