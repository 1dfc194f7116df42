#include "daemon/auth/digests.h"

#include <gtest/gtest.h>

#include "daemon/auth/encoding.h"

namespace larder::auth {
namespace {

TEST(Digests, AreTheStandards) {
  EXPECT_EQ(hex(bytes_of(sha256("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, test case 2.
  EXPECT_EQ(hex(bytes_of(hmac_sha256("Jefe", "what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Digests, CompareSecretsWhole) {
  EXPECT_TRUE(equal_secrets("secret", "secret"));
  EXPECT_FALSE(equal_secrets("secret", "secreT"));
  EXPECT_FALSE(equal_secrets("secret", "secret "));
  EXPECT_NE(random_bytes(16), random_bytes(16));
}

}  // namespace
}  // namespace larder::auth
