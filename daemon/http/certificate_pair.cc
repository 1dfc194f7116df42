#include "daemon/http/certificate_pair.h"

#include <openssl/err.h>

#include <utility>

namespace larder::http {

Result<std::shared_ptr<const CertificatePair>> CertificatePair::read(const CertificateFiles& files,
                                                                     const std::string& whose) {
  auto certificates = read_certificates(whose + " certificate", files.certificate);
  if (!certificates) return certificates.error();
  auto key = read_private_key(whose + " key", files.key);
  if (!key) return key.error();
  if (X509_check_private_key(certificates->front().get(), key->get()) != 1) {
    ERR_clear_error();
    return Error{Errc::invalid,
                 whose + " key " + files.key + ": it is not the key of " + files.certificate};
  }
  auto pair = std::make_shared<CertificatePair>();
  pair->certificate = std::move(certificates->front());
  pair->chain.reset(sk_X509_new_null());
  for (std::size_t i = 1; i < certificates->size(); ++i) {
    sk_X509_push(pair->chain.get(), (*certificates)[i].release());
  }
  pair->key = std::move(*key);
  return std::shared_ptr<const CertificatePair>(std::move(pair));
}

bool CertificatePair::put_into(SSL* session) const {
  return SSL_use_cert_and_key(session, certificate.get(), key.get(), chain.get(),
                              /*override=*/1) == 1;
}

}  // namespace larder::http
