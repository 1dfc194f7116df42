// Signatures of every algorithm, made by OpenSSL on its own, and every way to be wrong.
#include "daemon/auth/tokens/public_key.h"

#include <gtest/gtest.h>

#include <string>

#include "daemon/auth/tokens/algorithm.h"
#include "daemon/auth/tokens/jwk_set.h"
#include "daemon/auth/tokens/jws.h"
#include "tests/support/jwt_forge.h"

namespace larder::tokens {
namespace {

using testing::JwtForge;

class EveryAlgorithm : public ::testing::TestWithParam<Algorithm> {
 protected:
  const std::string name_{to_string(GetParam())};
  const JwtForge forge_{name_, "k1"};
  const std::string token_ = forge_.token(R"({"sub":"x"})");
  const Jws jws_ = *parse_jws(token_);
  const JwkSet set_ = *JwkSet::parse(forge_.jwks());
  const PublicKey* const key_ = set_.find("k1", GetParam());
};

TEST_P(EveryAlgorithm, VerifiesItsOwnSignatureAndNoOther) {
  ASSERT_NE(key_, nullptr);
  std::string damaged = jws_.signature;
  damaged[damaged.size() / 2] ^= 1;

  EXPECT_TRUE(key_->verifies(GetParam(), jws_.signed_part, jws_.signature));
  EXPECT_FALSE(key_->verifies(GetParam(), jws_.signed_part, damaged));
  EXPECT_FALSE(key_->verifies(GetParam(), "something else", jws_.signature));
  EXPECT_FALSE(key_->verifies(GetParam(), jws_.signed_part, ""));
}

TEST_P(EveryAlgorithm, RefusesSignaturesOfAnotherLength) {
  ASSERT_NE(key_, nullptr);
  const auto half = jws_.signature.size() / 2;
  const std::string longer = std::string(1, '\0') + jws_.signature.substr(0, half) +
                             std::string(1, '\0') + jws_.signature.substr(half);

  EXPECT_FALSE(key_->verifies(GetParam(), jws_.signed_part, longer));
  EXPECT_FALSE(key_->verifies(GetParam(), jws_.signed_part, jws_.signature + "x"));
  EXPECT_FALSE(key_->verifies(GetParam(), jws_.signed_part,
                              jws_.signature.substr(0, jws_.signature.size() - 1)));
}

TEST_P(EveryAlgorithm, VerifiesUnderNoOtherAlgorithm) {
  ASSERT_NE(key_, nullptr);
  for (const Algorithm other : all_algorithms()) {
    EXPECT_EQ(key_->verifies(other, jws_.signed_part, jws_.signature), other == GetParam());
  }
}

INSTANTIATE_TEST_SUITE_P(Table, EveryAlgorithm, ::testing::ValuesIn(all_algorithms()),
                         [](const auto& one) { return std::string(to_string(one.param)); });

TEST(Algorithm, KnowsNoneAndNoHmac) {
  for (const auto* name : {"none", "None", "", "HS256", "HS384", "HS512", "rs256", "RS256 ",
                           "ES256K", "RSA-OAEP", "dir", "RS1"}) {
    EXPECT_FALSE(parse_algorithm(name).has_value()) << name;
  }
}

TEST(PublicKey, RefusesWeakAndImpossibleRsaKeys) {
  const std::string odd(256, '\xff');

  EXPECT_TRUE(PublicKey::rsa(odd, std::string("\x01\x00\x01", 3)).ok());
  EXPECT_FALSE(PublicKey::rsa(std::string(128, '\xff'), std::string("\x01\x00\x01", 3)).ok());
  EXPECT_FALSE(PublicKey::rsa(std::string(2048, '\xff'), std::string("\x01\x00\x01", 3)).ok());
  EXPECT_FALSE(PublicKey::rsa(std::string(255, '\xff') + "\xfe", "\x03").ok());
  EXPECT_FALSE(PublicKey::rsa(odd, "\x01").ok());
  EXPECT_FALSE(PublicKey::rsa(odd, "\x04").ok());
  EXPECT_FALSE(PublicKey::rsa(odd, "").ok());
  EXPECT_FALSE(PublicKey::rsa("", "\x03").ok());
  EXPECT_FALSE(PublicKey::rsa(odd, std::string(9, '\xff')).ok());
}

TEST(PublicKey, RefusesPointsThatAreNotOnTheirCurve) {
  const std::string zero(32, '\0');

  EXPECT_FALSE(PublicKey::ec("P-256", zero, zero).ok());
  EXPECT_FALSE(PublicKey::ec("P-256", std::string(32, '\x01'), std::string(32, '\x02')).ok());
  EXPECT_FALSE(PublicKey::ec("P-256", std::string(31, '\x01'), zero).ok());
  EXPECT_FALSE(PublicKey::ec("P-384", zero, zero).ok());
  EXPECT_FALSE(PublicKey::ec("secp256k1", zero, zero).ok());
  EXPECT_FALSE(PublicKey::ec("", "", "").ok());
  EXPECT_FALSE(PublicKey::ed25519(std::string(31, '\x01')).ok());
}

}  // namespace
}  // namespace larder::tokens
