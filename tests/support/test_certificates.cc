#include "tests/support/test_certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <numeric>

#include "cache/base/check.h"

namespace larder::testing {

namespace {

constexpr long kDaySeconds = 24 * 60 * 60;

struct FreeOpenSsl {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};
template <class T>
using Owned = std::unique_ptr<T, FreeOpenSsl>;

Owned<EVP_PKEY> make_key(bool rsa = false) {
  constexpr std::size_t kRsaBits = 2048;
  Owned<EVP_PKEY> key(rsa ? EVP_RSA_gen(kRsaBits) : EVP_EC_gen("P-256"));
  CHECK(key != nullptr);
  return key;
}

void set_name(X509_NAME* name, const char* common_name) {
  const auto* text = reinterpret_cast<const unsigned char*>(common_name);
  CHECK(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1);
}

void add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  CHECK(extension != nullptr);
  CHECK(X509_add_ext(certificate, extension.get(), -1) == 1);
}

// Valid from `from_days` to `to_days`, counted from now.
Owned<X509> make_certificate(EVP_PKEY* key, const char* common_name, int serial, int from_days,
                             int to_days) {
  Owned<X509> certificate(X509_new());
  CHECK(certificate != nullptr);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from_days * kDaySeconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), to_days * kDaySeconds);
  set_name(X509_get_subject_name(certificate.get()), common_name);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

Owned<std::FILE> open_for_writing(const std::string& path) {
  Owned<std::FILE> file(std::fopen(path.c_str(), "w"));
  CHECK(file != nullptr);
  return file;
}

void write_certificate(const std::string& path, X509* certificate) {
  CHECK(PEM_write_X509(open_for_writing(path).get(), certificate) == 1);
}

void write_key(const std::string& path, EVP_PKEY* key) {
  const auto file = open_for_writing(path);
  CHECK(PEM_write_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
}

}  // namespace

struct TestAuthority::Issuer {
  explicit Issuer(const std::string& name)
      : key(make_key()), certificate(make_certificate(key.get(), name.c_str(), 1, -1, 30)) {}

  Owned<EVP_PKEY> key;
  Owned<X509> certificate;

  void sign(X509* subject) const {
    X509_set_issuer_name(subject, X509_get_subject_name(certificate.get()));
    CHECK(X509_sign(subject, key.get(), EVP_sha256()) > 0);
  }
};

// Authorities are told apart by name, as real ones are.
TestAuthority::TestAuthority()
    : issuer_(std::make_unique<Issuer>("Authority " + directory_.path().filename().string())) {
  auto* certificate = issuer_->certificate.get();
  add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign");
  issuer_->sign(certificate);
  write_certificate(ca_file(), certificate);
}

TestAuthority::~TestAuthority() = default;

std::string TestAuthority::ca_file() const {
  return (directory_.path() / "ca.pem").string();
}

ServerCertificate TestAuthority::issue(const CertificateRequest& request) {
  const auto base = (directory_.path() / ("server" + std::to_string(++issued_))).string();
  const ServerCertificate files{base + ".pem", base + ".key"};
  const auto key = make_key(request.rsa);
  const auto certificate =
      make_certificate(key.get(), request.common_name.c_str(), issued_ + 1, -10,
                       /*to_days=*/request.expired ? -1 : 10);
  const auto names = std::accumulate(
      request.names.begin() + 1, request.names.end(), request.names.front(),
      [](const std::string& all, const std::string& one) { return all + "," + one; });
  add_extension(certificate.get(), issuer_->certificate.get(), NID_subject_alt_name, names.c_str());
  issuer_->sign(certificate.get());
  write_certificate(files.certificate_file, certificate.get());
  write_key(files.key_file, key.get());
  return files;
}

}  // namespace larder::testing
