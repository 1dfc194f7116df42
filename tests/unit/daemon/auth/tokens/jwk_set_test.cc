#include "daemon/auth/tokens/jwk_set.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/jwt_forge.h"

namespace larder::tokens {
namespace {

using testing::JwtForge;

std::string set_of(const std::string& keys) {
  return R"({"keys":[)" + keys + "]}";
}

TEST(JwkSet, FindsKeysByTheirIdAndAlgorithm) {
  const JwtForge rsa("RS256", "r");
  const JwtForge elliptic("ES256", "e");
  const auto set = JwkSet::parse(set_of(rsa.jwk() + "," + elliptic.jwk()));

  ASSERT_TRUE(set.ok()) << describe(set.error());
  EXPECT_EQ(set->size(), 2U);
  EXPECT_NE(set->find("r", Algorithm::rs256), nullptr);
  EXPECT_NE(set->find("r", Algorithm::ps512), nullptr);
  EXPECT_NE(set->find("e", Algorithm::es256), nullptr);
  EXPECT_EQ(set->find("e", Algorithm::rs256), nullptr);
  EXPECT_EQ(set->find("r", Algorithm::es256), nullptr);
  EXPECT_EQ(set->find("x", Algorithm::rs256), nullptr);
  EXPECT_TRUE(set->knows("r"));
  EXPECT_FALSE(set->knows("x"));
}

TEST(JwkSet, HoldsAKeyToTheAlgorithmItNames) {
  const JwtForge rsa("RS256", "r");
  const auto set = JwkSet::parse(set_of(rsa.jwk(R"(,"alg":"RS256")")));

  ASSERT_TRUE(set.ok());
  EXPECT_NE(set->find("r", Algorithm::rs256), nullptr);
  EXPECT_EQ(set->find("r", Algorithm::rs512), nullptr);
  EXPECT_EQ(set->find("r", Algorithm::ps256), nullptr);
}

TEST(JwkSet, LeavesOutKeysThatAreForSomethingElse) {
  const JwtForge good("ES256", "good");
  const JwtForge rsa("RS256", "r");
  const std::string secret = R"({"kty":"oct","kid":"o","k":"c2VjcmV0","alg":"HS256"})";
  for (const std::string& other :
       {rsa.jwk(R"(,"use":"enc")"), rsa.jwk(R"(,"key_ops":["encrypt"])"),
        rsa.jwk(R"(,"alg":"HS256")"), rsa.jwk(R"(,"alg":"ES256")"), rsa.jwk(R"(,"alg":"none")"),
        rsa.jwk(R"(,"use":1)"), secret, std::string(R"({"kty":"EC","kid":"e","crv":"P-256"})"),
        std::string(R"({"kty":"RSA","kid":"e","n":"AQAB","e":"AQAB"})"), std::string("1"),
        std::string(R"({"kty":"AKP","kid":"ml","alg":"ML-DSA-65","pub":"AA"})")}) {
    const auto set = JwkSet::parse(set_of(other + "," + good.jwk()));

    ASSERT_TRUE(set.ok()) << other;
    EXPECT_EQ(set->size(), 1U) << other;
  }
}

TEST(JwkSet, RefusesWhatIsNoSetOrHasNoUsableKey) {
  const JwtForge nameless("ES256", "");
  const std::string key = JwtForge("ES256", "k").jwk();
  std::string many = key;
  for (int i = 0; i < 256; ++i) many += "," + key;
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string(R"({"keys":{}})"), std::string("[]"),
        set_of(""), set_of(nameless.jwk()), set_of(many), set_of(key.substr(1)),
        set_of(R"({"kty":"oct","kid":"o","k":"c2VjcmV0"})"),
        std::string(R"({"keys":[],"keys":[)") + key + "]}",
        set_of(key) + std::string(kJwksBytesMax, ' ')}) {
    EXPECT_FALSE(JwkSet::parse(text).ok()) << text.substr(0, 80);
  }
}

}  // namespace
}  // namespace larder::tokens
