// Keys of other issuers, and tokens signed with them: good ones and any kind of bad one.
//
// Thread-safety: const methods from any thread. Blocks: no.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "cache/base/check.h"
#include "daemon/auth/digests.h"
#include "daemon/auth/encoding.h"

namespace larder::testing {

// A token from parts that are taken as they are.
inline std::string assemble(const std::string& header, const std::string& payload,
                            const std::string& signature) {
  return auth::base64url(header) + "." + auth::base64url(payload) + "." +
         auth::base64url(signature);
}

class JwtForge {
 public:
  // `algorithm`: "RS256", "PS384", "ES512", "EdDSA", …
  JwtForge(std::string algorithm, std::string kid)
      : algorithm_(std::move(algorithm)), kid_(std::move(kid)), key_(make(algorithm_)) {}

  const std::string& kid() const { return kid_; }

  // As an issuer's JWKS lists it.
  std::string jwk(const std::string& more = R"(,"use":"sig")") const {
    return R"({"kid":")" + kid_ + R"(")" + public_members() + more + "}";
  }
  std::string jwks() const { return R"({"keys":[)" + jwk() + "]}"; }
  // What a confused verifier would take for an HMAC's secret.
  std::string public_text() const { return public_members(); }

  std::string header() const {
    return R"({"typ":"JWT","alg":")" + algorithm_ + R"(","kid":")" + kid_ + R"("})";
  }
  std::string token(const std::string& payload) const { return token(header(), payload); }
  // With another header, but a signature that fits the key.
  std::string token(const std::string& header, const std::string& payload) const {
    const std::string message = auth::base64url(header) + "." + auth::base64url(payload);
    return message + "." + auth::base64url(sign(message));
  }

 private:
  using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

  static Key make(const std::string& algorithm) {
    const char* const curve = curve_of(algorithm);
    EVP_PKEY* const key = curve != nullptr       ? EVP_EC_gen(curve)
                          : algorithm == "EdDSA" ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                                 : rsa_key();
    CHECK(key != nullptr);
    return {key, EVP_PKEY_free};
  }

  // RSA keys take long to make. The next forge's is another one, as for a stranger it has to be.
  static EVP_PKEY* rsa_key() {
    static const Key first(EVP_RSA_gen(2048), EVP_PKEY_free);
    static const Key second(EVP_RSA_gen(2048), EVP_PKEY_free);
    static std::atomic<int> made = 0;
    EVP_PKEY* const key = (made++ % 2 == 0 ? first : second).get();
    EVP_PKEY_up_ref(key);
    return key;
  }

  static const char* curve_of(const std::string& algorithm) {
    if (algorithm == "ES256") return "P-256";
    if (algorithm == "ES384") return "P-384";
    return algorithm == "ES512" ? "P-521" : nullptr;
  }

  std::string number(const char* name, int bytes = 0) const {
    BIGNUM* value = nullptr;
    CHECK(EVP_PKEY_get_bn_param(key_.get(), name, &value) == 1);
    if (bytes == 0) bytes = BN_num_bytes(value);
    std::string text(static_cast<std::size_t>(bytes), '\0');
    CHECK(BN_bn2binpad(value, reinterpret_cast<unsigned char*>(text.data()), bytes) == bytes);
    BN_free(value);
    return auth::base64url(text);
  }

  int coordinate_bytes() const { return (EVP_PKEY_get_bits(key_.get()) + 7) / 8; }

  std::string public_members() const {
    if (const char* const curve = curve_of(algorithm_)) {
      return R"(,"kty":"EC","crv":")" + std::string(curve) + R"(","x":")" +
             number(OSSL_PKEY_PARAM_EC_PUB_X, coordinate_bytes()) + R"(","y":")" +
             number(OSSL_PKEY_PARAM_EC_PUB_Y, coordinate_bytes()) + R"(")";
    }
    if (algorithm_ == "EdDSA") {
      std::string x(32, '\0');
      std::size_t size = x.size();
      CHECK(EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(x.data()),
                                        &size) == 1);
      return R"(,"kty":"OKP","crv":"Ed25519","x":")" + auth::base64url(x) + R"(")";
    }
    return R"(,"kty":"RSA","n":")" + number(OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
           number(OSSL_PKEY_PARAM_RSA_E) + R"(")";
  }

  const EVP_MD* digest() const {
    if (algorithm_ == "EdDSA") return nullptr;
    if (algorithm_.ends_with("256")) return EVP_sha256();
    return algorithm_.ends_with("384") ? EVP_sha384() : EVP_sha512();
  }

  std::string sign(const std::string& message) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    EVP_PKEY_CTX* of_key = nullptr;
    CHECK(EVP_DigestSignInit(context.get(), &of_key, digest(), nullptr, key_.get()) == 1);
    if (algorithm_.starts_with("PS")) {
      CHECK(EVP_PKEY_CTX_set_rsa_padding(of_key, RSA_PKCS1_PSS_PADDING) == 1);
      CHECK(EVP_PKEY_CTX_set_rsa_pss_saltlen(of_key, RSA_PSS_SALTLEN_DIGEST) == 1);
    }
    std::string signature(1024, '\0');
    std::size_t size = signature.size();
    CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                         reinterpret_cast<const unsigned char*>(message.data()),
                         message.size()) == 1);
    signature.resize(size);
    return curve_of(algorithm_) == nullptr ? signature : side_by_side(signature);
  }

  std::string side_by_side(const std::string& der) const {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* const pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    const int bytes = coordinate_bytes();
    std::string raw(static_cast<std::size_t>(2 * bytes), '\0');
    auto* const out = reinterpret_cast<unsigned char*>(raw.data());
    CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, bytes) == bytes);
    CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + bytes, bytes) == bytes);
    ECDSA_SIG_free(pair);
    return raw;
  }

  const std::string algorithm_;
  const std::string kid_;
  const Key key_;
};

// The HMAC that a verifier would expect that takes `secret` for one.
inline std::string hmac_token(const std::string& header, const std::string& payload,
                              const std::string& secret) {
  const std::string message = auth::base64url(header) + "." + auth::base64url(payload);
  return message + "." + auth::base64url(auth::bytes_of(auth::hmac_sha256(secret, message)));
}

}  // namespace larder::testing
