#include "daemon/auth/tokens/signing_key.h"

#include <openssl/core_names.h>
#include <openssl/pem.h>

#include <array>
#include <utility>

#include "cache/base/check.h"
#include "daemon/auth/digests.h"
#include "daemon/auth/encoding.h"
#include "daemon/auth/tokens/openssl_owned.h"

namespace larder::tokens {

namespace {

constexpr std::size_t kCoordinateBytes = 32;
constexpr std::size_t kPemKeysMax = 64;

Error refused(const char* what) {
  ERR_clear_error();
  return {Errc::io, std::string(what) + ": OpenSSL refuses"};
}

Error unfit_key(const char* what) {
  ERR_clear_error();
  return {Errc::invalid, what};
}

std::string padded(const BIGNUM* value) {
  std::string bytes(kCoordinateBytes, '\0');
  const int size = BN_bn2binpad(value, reinterpret_cast<unsigned char*>(bytes.data()),
                                static_cast<int>(kCoordinateBytes));
  return size < 0 ? std::string() : bytes;
}

std::string number_in(const EVP_PKEY* key, const char* name) {
  BIGNUM* value = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &value) != 1) return {};
  const Owned<BIGNUM> owned(value);
  return padded(value);
}

// 0x04, x, y: what belongs to the private number `secret`; empty when it is out of range.
std::string point_of(const BIGNUM* secret) {
  const std::unique_ptr<EC_GROUP, decltype(&EC_GROUP_free)> group(
      EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1), EC_GROUP_free);
  if (group == nullptr || BN_is_zero(secret) ||
      BN_cmp(secret, EC_GROUP_get0_order(group.get())) >= 0) {
    return {};
  }
  const std::unique_ptr<EC_POINT, decltype(&EC_POINT_free)> point(EC_POINT_new(group.get()),
                                                                  EC_POINT_free);
  std::string bytes(1 + 2 * kCoordinateBytes, '\0');
  if (point == nullptr ||
      EC_POINT_mul(group.get(), point.get(), secret, nullptr, nullptr, nullptr) != 1 ||
      EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                         reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                         nullptr) != bytes.size()) {
    return {};
  }
  return bytes;
}

std::shared_ptr<EVP_PKEY> key_of(const BIGNUM* secret, const std::string& point) {
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret) != 1) {
    return nullptr;
  }
  const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get()) != 1) {
    return nullptr;
  }
  return {key, EVP_PKEY_free};
}

std::string thumbprint(const std::string& x, const std::string& y) {
  const std::string jwk = R"({"crv":"P-256","kty":"EC","x":")" + auth::base64url(x) + R"(","y":")" +
                          auth::base64url(y) + R"("})";
  return auth::base64url(auth::bytes_of(auth::sha256(jwk)));
}

int no_passphrase(char*, int, int, void*) {
  return -1;
}

std::size_t private_blocks(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  std::size_t count = 0;
  for (auto at = pem.find(kBegin); at != std::string_view::npos; at = pem.find(kBegin, at + 1)) {
    const auto line = pem.substr(at, pem.find('\n', at) - at);
    if (line.find("PRIVATE KEY-----") != std::string_view::npos) ++count;
  }
  return count;
}

bool is_on_p256(EVP_PKEY* key) {
  std::array<char, 64> name{};
  std::size_t size = 0;
  return EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name.data(), name.size(),
                                        &size) == 1 &&
         std::string_view(name.data(), size) == SN_X9_62_prime256v1;
}

}  // namespace

SigningKey::SigningKey(std::shared_ptr<evp_pkey_st> key)
    : key_(std::move(key)),
      x_(number_in(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X)),
      y_(number_in(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y)),
      kid_(thumbprint(x_, y_)) {}

Result<SigningKey> SigningKey::generate() {
  const std::shared_ptr<EVP_PKEY> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  if (key == nullptr) return refused("make a signing key");
  return SigningKey(key);
}

Result<SigningKey> SigningKey::from_secret(std::string_view secret) {
  if (secret.size() != kCoordinateBytes) return unfit_key("a private key of the wrong length");
  const auto value = number(secret);
  const std::string point = value == nullptr ? std::string() : point_of(value.get());
  if (point.empty()) return unfit_key("a private key that is none on P-256");
  auto key = key_of(value.get(), point);
  if (key == nullptr) return unfit_key("a private key that is none on P-256");
  return SigningKey(std::move(key));
}

std::string SigningKey::secret() const {
  return number_in(key_.get(), OSSL_PKEY_PARAM_PRIV_KEY);
}

Result<std::string> SigningKey::sign(std::string_view message) const {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  std::array<unsigned char, 80> der{};
  std::size_t size = der.size();
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), der.data(), &size, octets(message), message.size()) != 1) {
    return refused("sign a token");
  }
  const unsigned char* at = der.data();
  const Owned<ECDSA_SIG> pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  if (pair == nullptr) return refused("sign a token");
  return padded(ECDSA_SIG_get0_r(pair.get())) + padded(ECDSA_SIG_get0_s(pair.get()));
}

PublicKey SigningKey::public_key() const {
  auto key = PublicKey::ec("P-256", x_, y_);
  CHECK(key.ok());
  return std::move(*key);
}

Result<std::vector<SigningKey>> read_pem_keys(std::string_view pem) {
  const Owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (bio == nullptr) return refused("read keys");
  std::vector<SigningKey> keys;
  while (keys.size() < kPemKeysMax) {
    const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    if (key == nullptr) break;
    if (!is_on_p256(key.get())) return unfit_key("a private key that is not on P-256");
    auto own = SigningKey::from_secret(number_in(key.get(), OSSL_PKEY_PARAM_PRIV_KEY));
    if (!own) return own.error();
    keys.push_back(std::move(*own));
  }
  ERR_clear_error();
  if (keys.empty()) return unfit_key("no private key that can be read");
  if (keys.size() != private_blocks(pem)) return unfit_key("a private key that cannot be read");
  return keys;
}

}  // namespace larder::tokens
