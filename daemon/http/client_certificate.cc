#include "daemon/http/client_certificate.h"

#include <utility>

#include "daemon/http/certificate_pair.h"

namespace larder::http {

namespace {

std::string version(const CertificateFiles& files) {
  return version_of({files.certificate, files.key});
}

Result<std::shared_ptr<const CertificatePair>> read(const CertificateFiles& files) {
  return CertificatePair::read(files, "client");
}

}  // namespace

Result<std::unique_ptr<ClientCertificate>> ClientCertificate::load(const CertificateFiles& files) {
  auto read_version = version(files);  // before they are read: what changes then is read again
  auto pair = read(files);
  if (!pair) return pair.error();
  return std::unique_ptr<ClientCertificate>(
      new ClientCertificate(files, std::move(read_version), std::move(*pair)));
}

ClientCertificate::ClientCertificate(CertificateFiles files, std::string version,
                                     std::shared_ptr<const CertificatePair> pair)
    : files_(std::move(files)), version_(std::move(version)), pair_(std::move(pair)) {}

bool ClientCertificate::put_into(ssl_st* session) {
  return current()->put_into(session);
}

std::shared_ptr<const CertificatePair> ClientCertificate::current() {
  auto latest = version(files_);
  {
    MutexLock lock(mutex_);
    if (latest == version_) return pair_;
  }
  auto changed = read(files_);
  MutexLock lock(mutex_);
  if (changed) {
    version_ = std::move(latest);
    pair_ = std::move(*changed);
  }
  return pair_;
}

}  // namespace larder::http
