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
#include "daemon/http/client.h"

struct ssl_st;

namespace larder::http {

class ClientCertificate {
 public:
  // Returns: invalid, naming the file, when one holds no PEM certificate or unencrypted key, or
  // when the key is not the certificate's.
  static Result<std::unique_ptr<ClientCertificate>> load(const CertificateFiles& files);

  // False when OpenSSL refuses.
  bool put_into(ssl_st* session);

 private:
  struct Pair;

  ClientCertificate(CertificateFiles files, std::string version, std::shared_ptr<const Pair> pair);
  static Result<std::shared_ptr<const Pair>> read(const CertificateFiles& files);
  std::shared_ptr<const Pair> current();

  const CertificateFiles files_;
  Mutex mutex_;
  std::string version_ GUARDED_BY(mutex_);               // of the files that `pair_` was read from
  std::shared_ptr<const Pair> pair_ GUARDED_BY(mutex_);  // shared with handshakes that begin
};

}  // namespace larder::http
