// Hashes as apache's htpasswd writes them; the cost is low, so that the tests are quick.
#include "daemon/auth/tokens/bcrypt.h"

#include <gtest/gtest.h>

#include <string>

namespace larder::tokens {
namespace {

// A published vector of bcrypt: "U*U" at cost 5.
constexpr const char* kVector = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

TEST(Bcrypt, MatchesTheRightPasswordOnly) {
  EXPECT_TRUE(bcrypt_matches("U*U", kVector));
  EXPECT_FALSE(bcrypt_matches("U*", kVector));
  EXPECT_FALSE(bcrypt_matches("U*U ", kVector));
  EXPECT_FALSE(bcrypt_matches("", kVector));
}

TEST(Bcrypt, LetsNoPartOfAPasswordCountForAllOfIt) {
  // A published vector: 72 bytes of 0xff and what follows hash alike.
  const std::string long_one(72, '\xff');

  EXPECT_FALSE(bcrypt_matches(std::string("U*U\0x", 5), kVector));
  EXPECT_FALSE(bcrypt_matches(long_one + "x", impossible_bcrypt_hash(4)));
}

TEST(Bcrypt, KnowsAHashByItsForm) {
  EXPECT_EQ(bcrypt_cost(kVector), 5);
  EXPECT_EQ(bcrypt_cost("$2y$12$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"), 12);
  for (const std::string hash : {"", "secret", "$apr1$x$y", "{SHA}abc", "$6$salt$hash",
                                 "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                                 "$2a$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                                 "$2a$5$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeWx",
                                 "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe",
                                 "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe:",
                                 "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW "}) {
    EXPECT_FALSE(bcrypt_cost(hash).has_value()) << hash;
  }
}

TEST(Bcrypt, HasHashesThatNoPasswordHas) {
  EXPECT_EQ(bcrypt_cost(impossible_bcrypt_hash(4)), 4);
  EXPECT_EQ(bcrypt_cost(impossible_bcrypt_hash(12)), 12);
  EXPECT_FALSE(bcrypt_matches("", impossible_bcrypt_hash(4)));
}

}  // namespace
}  // namespace larder::tokens
