#include "daemon/http/client_realm.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <set>
#include <span>
#include <vector>

#include "cache/hasher.h"

namespace larder::http {

namespace {

using Der = std::vector<unsigned char>;

Der der_of(const X509& certificate) {
  Der der(static_cast<std::size_t>(std::max(i2d_X509(&certificate, nullptr), 0)));
  unsigned char* end = der.data();
  i2d_X509(&certificate, &end);
  return der;
}

std::set<Der> authorities_of(const ssl_ctx_st& context) {
  std::set<Der> authorities;
  const auto* trusted = X509_STORE_get0_objects(SSL_CTX_get_cert_store(&context));
  for (int i = 0; i < sk_X509_OBJECT_num(trusted); ++i) {
    const X509* authority = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(trusted, i));
    if (authority != nullptr) authorities.insert(der_of(*authority));  // else what is revoked
  }
  return authorities;
}

}  // namespace

std::string client_realm_of(const ssl_ctx_st& context) {
  const auto authorities = authorities_of(context);
  if (authorities.empty()) return {};
  cache::Hasher hasher(cache::DigestAlgorithm::sha256);
  for (const auto& authority : authorities) hasher.update(std::as_bytes(std::span(authority)));
  return hasher.digest().hex();
}

}  // namespace larder::http
