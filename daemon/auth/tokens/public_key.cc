#include "daemon/auth/tokens/public_key.h"

#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include <string>

#include "daemon/auth/tokens/openssl_owned.h"

namespace larder::tokens {

namespace {

constexpr int kRsaBitsMin = 2048;
constexpr int kRsaBitsMax = 8192;  // beyond, a check costs milliseconds
constexpr int kExponentBitsMax = 64;

Error unfit(const char* what) {
  ERR_clear_error();
  return {Errc::invalid, what};
}

Owned<EVP_PKEY> built(const char* type, OSSL_PARAM_BLD* builder) {
  const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return Owned<EVP_PKEY>(key);
}

bool is_sound(EVP_PKEY* key) {
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  return context != nullptr && EVP_PKEY_public_check(context.get()) == 1;
}

const EVP_MD* digest_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::rs256:
    case Algorithm::ps256:
    case Algorithm::es256:
      return EVP_sha256();
    case Algorithm::rs384:
    case Algorithm::ps384:
    case Algorithm::es384:
      return EVP_sha384();
    case Algorithm::rs512:
    case Algorithm::ps512:
    case Algorithm::es512:
      return EVP_sha512();
    case Algorithm::eddsa:
      break;
  }
  return nullptr;  // Ed25519 hashes by itself
}

bool is_pss(Algorithm algorithm) {
  return algorithm == Algorithm::ps256 || algorithm == Algorithm::ps384 ||
         algorithm == Algorithm::ps512;
}

std::size_t coordinate_bytes(EVP_PKEY* key) {
  return static_cast<std::size_t>(EVP_PKEY_get_bits(key) + 7) / 8;
}

// JWS has r and s side by side (RFC 7518 section 3.4), OpenSSL wants them in DER.
std::string der_signature(std::string_view raw) {
  const Owned<ECDSA_SIG> pair(ECDSA_SIG_new());
  auto r = number(raw.substr(0, raw.size() / 2));
  auto s = number(raw.substr(raw.size() / 2));
  if (pair == nullptr || r == nullptr || s == nullptr) return {};
  if (ECDSA_SIG_set0(pair.get(), r.release(), s.release()) != 1) return {};
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  if (size <= 0) return {};
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

bool set_padding(EVP_PKEY_CTX* context, Algorithm algorithm) {
  if (!is_pss(algorithm)) return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

bool is_verified(EVP_PKEY* key, Algorithm algorithm, bool is_rsa, std::string_view message,
                 std::string_view signature) {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* of_key = nullptr;
  if (context == nullptr ||
      EVP_DigestVerifyInit(context.get(), &of_key, digest_of(algorithm), nullptr, key) != 1) {
    return false;
  }
  if (is_rsa && !set_padding(of_key, algorithm)) return false;
  return EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(message),
                          message.size()) == 1;
}

}  // namespace

PublicKey::PublicKey(Kind kind, evp_pkey_st* key) : kind_(kind), key_(key, EVP_PKEY_free) {}

Result<PublicKey> PublicKey::rsa(std::string_view modulus, std::string_view exponent) {
  if (modulus.size() > kRsaBitsMax / 8 + 1 || exponent.size() > 16) return unfit("an RSA key");
  const auto n = number(modulus);
  const auto e = number(exponent);
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (n == nullptr || e == nullptr || builder == nullptr) return unfit("an RSA key");
  const int bits = BN_num_bits(n.get());
  if (bits < kRsaBitsMin || bits > kRsaBitsMax) return unfit("an RSA key of a size not taken");
  const bool is_usual =
      BN_is_odd(e.get()) && !BN_is_one(e.get()) && BN_num_bits(e.get()) <= kExponentBitsMax;
  if (!is_usual || !BN_is_odd(n.get())) return unfit("an RSA key that cannot be one");
  if (OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return unfit("an RSA key");
  }
  auto key = built("RSA", builder.get());
  if (key == nullptr) return unfit("an RSA key that cannot be one");
  return PublicKey(Kind::rsa, key.release());
}

Result<PublicKey> PublicKey::ec(std::string_view curve, std::string_view x, std::string_view y) {
  Kind kind = Kind::p256;
  std::size_t length = 32;
  if (curve == "P-384") {
    kind = Kind::p384;
    length = 48;
  } else if (curve == "P-521") {
    kind = Kind::p521;
    length = 66;
  } else if (curve != "P-256") {
    return unfit("a key on a curve that is not taken");
  }
  if (x.size() != length || y.size() != length) return unfit("a point of the wrong length");
  const std::string point = "\x04" + std::string(x) + std::string(y);
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.data(),
                                      curve.size()) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return unfit("an elliptic key");
  }
  auto key = built("EC", builder.get());
  if (key == nullptr || !is_sound(key.get())) return unfit("a point that is not on its curve");
  return PublicKey(kind, key.release());
}

Result<PublicKey> PublicKey::ed25519(std::string_view x) {
  if (x.size() != 32) return unfit("an Ed25519 key of the wrong length");
  EVP_PKEY* const key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(x), x.size());
  if (key == nullptr) return unfit("an Ed25519 key");
  return PublicKey(Kind::ed25519, key);
}

bool PublicKey::fits(Algorithm algorithm) const {
  switch (algorithm) {
    case Algorithm::es256:
      return kind_ == Kind::p256;
    case Algorithm::es384:
      return kind_ == Kind::p384;
    case Algorithm::es512:
      return kind_ == Kind::p521;
    case Algorithm::eddsa:
      return kind_ == Kind::ed25519;
    default:
      return kind_ == Kind::rsa;
  }
}

bool PublicKey::verifies(Algorithm algorithm, std::string_view message,
                         std::string_view signature) const {
  if (!fits(algorithm)) return false;
  bool verified = false;
  if (kind_ == Kind::rsa || kind_ == Kind::ed25519) {
    verified = is_verified(key_.get(), algorithm, kind_ == Kind::rsa, message, signature);
  } else if (signature.size() == 2 * coordinate_bytes(key_.get())) {
    const std::string der = der_signature(signature);
    verified = !der.empty() && is_verified(key_.get(), algorithm, /*is_rsa=*/false, message, der);
  }
  ERR_clear_error();
  return verified;
}

}  // namespace larder::tokens
