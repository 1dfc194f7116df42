#include "daemon/http/certificate_pair.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "daemon/http/tls_transport.h"

namespace larder::http {

namespace {

// OpenSSL would ask at the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

Error unreadable(const std::string& what, const std::string& file) {
  return {Errc::invalid, what + " " + file + ": " + take_tls_error()};
}

OpenSslOwned<X509> next_certificate(BIO* bio) {
  return OpenSslOwned<X509>(PEM_read_bio_X509(bio, nullptr, no_passphrase, nullptr));
}

}  // namespace

Result<std::shared_ptr<const CertificatePair>> CertificatePair::read(const CertificateFiles& files,
                                                                     const std::string& whose) {
  auto pair = std::make_shared<CertificatePair>();
  const OpenSslOwned<BIO> certificates(BIO_new_file(files.certificate.c_str(), "r"));
  if (certificates != nullptr) pair->certificate = next_certificate(certificates.get());
  if (pair->certificate == nullptr) return unreadable(whose + " certificate", files.certificate);
  pair->chain.reset(sk_X509_new_null());
  while (auto issuer = next_certificate(certificates.get())) {
    sk_X509_push(pair->chain.get(), issuer.release());
  }
  const OpenSslOwned<BIO> key(BIO_new_file(files.key.c_str(), "r"));
  if (key != nullptr) {
    pair->key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, no_passphrase, nullptr));
  }
  if (pair->key == nullptr) return unreadable(whose + " key", files.key);
  if (X509_check_private_key(pair->certificate.get(), pair->key.get()) != 1) {
    ERR_clear_error();
    return Error{Errc::invalid,
                 whose + " key " + files.key + ": it is not the key of " + files.certificate};
  }
  ERR_clear_error();
  return std::shared_ptr<const CertificatePair>(std::move(pair));
}

bool CertificatePair::put_into(SSL* session) const {
  return SSL_use_cert_and_key(session, certificate.get(), key.get(), chain.get(),
                              /*override=*/1) == 1;
}

}  // namespace larder::http
