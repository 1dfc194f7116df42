#include "daemon/http/client_certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <utility>

#include "daemon/http/tls_transport.h"

namespace larder::http {

namespace {

struct FreeOpenSsl {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, X509_free); }
};
template <class T>
using Owned = std::unique_ptr<T, FreeOpenSsl>;

// OpenSSL would ask at the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

Error unreadable(const std::string& what, const std::string& file) {
  return {Errc::invalid, what + " " + file + ": " + take_tls_error()};
}

// Tells one content of the files from the next.
std::string version_of(const CertificateFiles& files) {
  std::string version;
  for (const auto& file : {files.certificate, files.key}) {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) return "";
    for (const auto part :
         {static_cast<long long>(found.st_ino), static_cast<long long>(found.st_size),
          static_cast<long long>(found.st_mtim.tv_sec),
          static_cast<long long>(found.st_mtim.tv_nsec)}) {
      version += std::to_string(part) + " ";
    }
  }
  return version;
}

Owned<X509> next_certificate(BIO* bio) {
  return Owned<X509>(PEM_read_bio_X509(bio, nullptr, no_passphrase, nullptr));
}

}  // namespace

struct ClientCertificate::Pair {
  Owned<X509> certificate;
  Owned<STACK_OF(X509)> chain{sk_X509_new_null()};  // the issuers that the file names behind it
  Owned<EVP_PKEY> key;
};

Result<std::shared_ptr<const ClientCertificate::Pair>> ClientCertificate::read(
    const CertificateFiles& files) {
  auto pair = std::make_shared<Pair>();
  const Owned<BIO> certificates(BIO_new_file(files.certificate.c_str(), "r"));
  if (certificates != nullptr) pair->certificate = next_certificate(certificates.get());
  if (pair->certificate == nullptr) return unreadable("client certificate", files.certificate);
  while (auto issuer = next_certificate(certificates.get())) {
    sk_X509_push(pair->chain.get(), issuer.release());
  }
  const Owned<BIO> key(BIO_new_file(files.key.c_str(), "r"));
  if (key != nullptr) {
    pair->key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, no_passphrase, nullptr));
  }
  if (pair->key == nullptr) return unreadable("client key", files.key);
  if (X509_check_private_key(pair->certificate.get(), pair->key.get()) != 1) {
    ERR_clear_error();
    return Error{Errc::invalid,
                 "client key " + files.key + ": it is not the key of " + files.certificate};
  }
  ERR_clear_error();
  return std::shared_ptr<const Pair>(std::move(pair));
}

Result<std::unique_ptr<ClientCertificate>> ClientCertificate::load(const CertificateFiles& files) {
  auto version = version_of(files);  // before they are read: what changes then is read again
  auto pair = read(files);
  if (!pair) return pair.error();
  return std::unique_ptr<ClientCertificate>(
      new ClientCertificate(files, std::move(version), std::move(*pair)));
}

ClientCertificate::ClientCertificate(CertificateFiles files, std::string version,
                                     std::shared_ptr<const Pair> pair)
    : files_(std::move(files)), version_(std::move(version)), pair_(std::move(pair)) {}

bool ClientCertificate::put_into(ssl_st* session) {
  const auto pair = current();
  return SSL_use_cert_and_key(session, pair->certificate.get(), pair->key.get(), pair->chain.get(),
                              /*override=*/1) == 1;
}

std::shared_ptr<const ClientCertificate::Pair> ClientCertificate::current() {
  auto version = version_of(files_);
  {
    MutexLock lock(mutex_);
    if (version == version_) return pair_;
  }
  auto changed = read(files_);
  MutexLock lock(mutex_);
  if (changed) {
    version_ = std::move(version);
    pair_ = std::move(*changed);
  }
  return pair_;
}

}  // namespace larder::http
