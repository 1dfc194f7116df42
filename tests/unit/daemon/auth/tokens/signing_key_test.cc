#include "daemon/auth/tokens/signing_key.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "daemon/auth/encoding.h"

namespace larder::tokens {
namespace {

// The key of RFC 7515 appendix A.3.
constexpr const char* kRfcSecret = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";
constexpr const char* kRfcX = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
constexpr const char* kRfcY = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

std::unique_ptr<X509, decltype(&X509_free)> parsed(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  return {d2i_X509(nullptr, &at, static_cast<long>(der.size())), X509_free};
}

TEST(SigningKey, HasThePointThatBelongsToItsSecret) {
  const auto key = SigningKey::from_secret(*auth::base64url_decoded(kRfcSecret));

  ASSERT_TRUE(key.ok());
  EXPECT_EQ(auth::base64url(key->x()), kRfcX);
  EXPECT_EQ(auth::base64url(key->y()), kRfcY);
  EXPECT_EQ(auth::base64url(key->secret()), kRfcSecret);
}

TEST(SigningKey, IsCalledByItsThumbprint) {
  const auto key = SigningKey::from_secret(*auth::base64url_decoded(kRfcSecret));

  // sha256 of {"crv":"P-256","kty":"EC","x":"…","y":"…"} as RFC 7638 writes it.
  EXPECT_EQ(key->kid(), "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
}

TEST(SigningKey, SignsWhatItsPublicKeyVerifies) {
  const auto key = SigningKey::generate();
  ASSERT_TRUE(key.ok());

  const auto signature = key->sign("a message");

  ASSERT_TRUE(signature.ok());
  EXPECT_EQ(signature->size(), 64U);
  EXPECT_TRUE(key->public_key().verifies(Algorithm::es256, "a message", *signature));
  EXPECT_FALSE(
      SigningKey::generate()->public_key().verifies(Algorithm::es256, "a message", *signature));
}

TEST(SigningKey, RefusesSecretsOutOfRange) {
  const std::string order = "\xff\xff\xff\xff" + std::string(4, '\0') + std::string(8, '\xff') +
                            "\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51";
  for (const std::string& secret : {std::string(), std::string(31, '\x01'), std::string(32, '\0'),
                                    std::string(33, '\x01'), std::string(32, '\xff'), order}) {
    EXPECT_FALSE(SigningKey::from_secret(secret).ok());
  }
}

TEST(SigningKey, HasCertificatesThatStandForOneAnother) {
  const auto key = SigningKey::generate();
  const auto root = parsed(*key->root_certificate());
  const auto other_root = parsed(*key->root_certificate());
  const auto token = parsed(*key->token_certificate());

  ASSERT_TRUE(root != nullptr && other_root != nullptr && token != nullptr);
  EXPECT_NE(X509_cmp(root.get(), other_root.get()), 0);
  EXPECT_EQ(X509_check_issued(other_root.get(), token.get()), X509_V_OK);
  EXPECT_EQ(X509_verify(token.get(), X509_get0_pubkey(other_root.get())), 1);
  EXPECT_EQ(X509_check_ca(root.get()), 1);
  EXPECT_EQ(X509_check_ca(token.get()), 0);
  EXPECT_NE(X509_NAME_cmp(X509_get_subject_name(token.get()), X509_get_subject_name(root.get())),
            0);
}

std::string pem_of(EVP_PKEY* key, const EVP_CIPHER* cipher = nullptr) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(bio.get(), key, cipher, nullptr, 0, nullptr,
                           const_cast<char*>("secret"));
  EVP_PKEY_free(key);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

TEST(PemKeys, AreReadInTheirOrder) {
  const std::string first = pem_of(EVP_EC_gen("P-256"));
  const std::string second = pem_of(EVP_EC_gen("P-256"));

  const auto keys = read_pem_keys("a comment\n" + first + "\n" + second);

  ASSERT_TRUE(keys.ok()) << describe(keys.error());
  ASSERT_EQ(keys->size(), 2U);
  EXPECT_EQ(keys->front().kid(), read_pem_keys(first)->front().kid());
}

TEST(PemKeys, OfOtherKindsAreRefused) {
  const std::string good = pem_of(EVP_EC_gen("P-256"));
  for (const std::string& pem :
       {std::string(), std::string("nothing"), pem_of(EVP_EC_gen("P-384")),
        pem_of(EVP_RSA_gen(2048)), pem_of(EVP_EC_gen("P-256"), EVP_aes_128_cbc()),
        good.substr(0, good.size() / 2), good + good.substr(0, good.size() / 2)}) {
    const auto keys = read_pem_keys(pem);

    ASSERT_FALSE(keys.ok());
    EXPECT_EQ(keys.error().code, Errc::invalid);
  }
}

}  // namespace
}  // namespace larder::tokens
