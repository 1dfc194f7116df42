#include <openssl/x509v3.h>

#include "daemon/auth/digests.h"
#include "daemon/auth/encoding.h"
#include "daemon/auth/tokens/openssl_owned.h"
#include "daemon/auth/tokens/signing_key.h"

namespace larder::tokens {

namespace {

constexpr long kDay = 24L * 3600;
constexpr long kLifeDays = 3650;  // a key is rotated long before

Error refused() {
  ERR_clear_error();
  return {Errc::io, "make a certificate: OpenSSL refuses"};
}

bool add_extension(X509* certificate, int nid, const char* value) {
  const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_name(X509_NAME* name, const char* unit, const std::string& kid) {
  const auto add = [&](const char* field, std::string_view value) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_ASC, octets(value),
                                      static_cast<int>(value.size()), -1, 0) == 1;
  };
  return add("O", "larder") && add("OU", unit) && add("CN", kid);
}

bool set_validity(X509* certificate) {
  return X509_gmtime_adj(X509_getm_notBefore(certificate), -kDay) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), kLifeDays * kDay) != nullptr;
}

// The names come from the key alone, so that certificates of one key can stand for one another.
// Root and token have different ones: Go takes equal names with an equal key for a loop.
bool fill(X509* certificate, EVP_PKEY* key, const std::string& kid, bool is_root) {
  const auto serial = number("\x01" + auth::random_bytes(15));
  return serial != nullptr && X509_set_version(certificate, X509_VERSION_3) == 1 &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr &&
         set_name(X509_get_issuer_name(certificate), "root", kid) &&
         set_name(X509_get_subject_name(certificate), is_root ? "root" : "tokens", kid) &&
         set_validity(certificate) && X509_set_pubkey(certificate, key) == 1 &&
         add_extension(certificate, NID_basic_constraints,
                       is_root ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
         add_extension(certificate, NID_key_usage,
                       is_root ? "critical,keyCertSign" : "critical,digitalSignature");
}

Result<std::string> certificate(EVP_PKEY* key, const std::string& kid, bool is_root) {
  const Owned<X509> made(X509_new());
  if (made == nullptr || !fill(made.get(), key, kid, is_root) ||
      X509_sign(made.get(), key, EVP_sha256()) == 0) {
    return refused();
  }
  unsigned char* der = nullptr;
  const int size = i2d_X509(made.get(), &der);
  if (size <= 0) return refused();
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

}  // namespace

Result<std::string> SigningKey::root_certificate() const {
  return certificate(key_.get(), kid_, /*is_root=*/true);
}

Result<std::string> SigningKey::token_certificate() const {
  return certificate(key_.get(), kid_, /*is_root=*/false);
}

std::string pem_certificate(std::string_view der) {
  const std::string base64 = auth::base64(der);
  std::string pem = "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t at = 0; at < base64.size(); at += 64) pem += base64.substr(at, 64) + "\n";
  return pem + "-----END CERTIFICATE-----\n";
}

}  // namespace larder::tokens
