#include "daemon/auth/tokens/key_ring.h"

#include <gtest/gtest.h>

#include <string>

#include "daemon/auth/encoding.h"
#include "daemon/auth/tokens/jwk_set.h"

namespace larder::tokens {
namespace {

KeyRing ring_of_two() {
  return *KeyRing::create({{*SigningKey::generate(), {}}, {*SigningKey::generate(), {}}});
}

TEST(KeyRing, PublishesKeysThatVerifyWhatItSigns) {
  const KeyRing ring = ring_of_two();
  const auto& signing = ring.signing_key(WallTime());
  const auto published = JwkSet::parse(ring.jwks());

  ASSERT_TRUE(published.ok());
  EXPECT_EQ(published->size(), 2U);
  const auto* key = published->find(signing.kid(), Algorithm::es256);
  ASSERT_NE(key, nullptr);
  EXPECT_TRUE(key->verifies(Algorithm::es256, "m", *signing.sign("m")));
}

TEST(KeyRing, PublishesNoSecret) {
  const KeyRing ring = ring_of_two();

  EXPECT_EQ(ring.jwks().find("\"d\""), std::string::npos);
  for (const auto& [key, times] : ring.keys()) {
    EXPECT_EQ(ring.jwks().find(auth::base64url(key.secret())), std::string::npos);
  }
  EXPECT_EQ(ring.certificate_bundle().find("PRIVATE"), std::string::npos);
}

TEST(KeyRing, FindsItsKeysByName) {
  const KeyRing ring = ring_of_two();

  EXPECT_NE(ring.find(ring.keys()[1].key.kid()), nullptr);
  EXPECT_EQ(ring.find(""), nullptr);
  EXPECT_EQ(ring.find("unknown"), nullptr);
}

}  // namespace
}  // namespace larder::tokens
