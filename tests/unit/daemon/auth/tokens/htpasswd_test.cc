#include "daemon/auth/tokens/htpasswd.h"

#include <gtest/gtest.h>

#include <string>

#include "daemon/auth/tokens/bcrypt.h"

namespace larder::tokens {
namespace {

constexpr const char* kHash = "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

std::string line_of(const std::string& user) {
  return user + ":" + kHash + "\n";
}

TEST(Htpasswd, HasUsersAndTheirHashes) {
  const auto users = Htpasswd::parse("# people\n\n" + line_of("alice") + "bob b:" + kHash + "\r\n");

  ASSERT_TRUE(users.ok()) << describe(users.error());
  EXPECT_EQ(users->size(), 2U);
  EXPECT_TRUE(users->has("alice"));
  EXPECT_EQ(users->hash_of("bob b"), kHash);
}

TEST(Htpasswd, GivesAnUnknownUserAHashOfTheSameCost) {
  const auto users = Htpasswd::parse(line_of("alice"));

  EXPECT_FALSE(users->has("nobody"));
  EXPECT_EQ(bcrypt_cost(users->hash_of("nobody")), bcrypt_cost(kHash));
}

struct BadHtpasswd {
  std::string text;
  const char* told;
};

class BadHtpasswds : public ::testing::TestWithParam<BadHtpasswd> {};

TEST_P(BadHtpasswds, AreRefusedWithTheLineAndNoHash) {
  const auto users = Htpasswd::parse(GetParam().text);

  ASSERT_FALSE(users.ok());
  EXPECT_NE(users.error().context.find(GetParam().told), std::string::npos)
      << users.error().context;
  EXPECT_EQ(users.error().context.find("secret"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadHtpasswds,
    ::testing::Values(
        BadHtpasswd{"", "no users"}, BadHtpasswd{"# nobody\n", "no users"},
        BadHtpasswd{line_of("alice") + "bob:$apr1$secret$secret\n",
                    "line 2: the hash of bob is MD5"},
        BadHtpasswd{"bob:{SHA}secret\n", "line 1: the hash of bob is SHA-1"},
        BadHtpasswd{"bob:$6$secret$secret\n", "only bcrypt is taken"},
        BadHtpasswd{"bob:secret\n", "the hash of bob is plain text"},
        BadHtpasswd{"bob:\n", "line 1"}, BadHtpasswd{"secret\n", "line 1: not user:hash"},
        BadHtpasswd{":" + std::string(kHash), "not user:hash"},
        BadHtpasswd{std::string("a\0b:", 4) + kHash, "not user:hash"},
        BadHtpasswd{std::string(256, 'a') + ":" + kHash, "not user:hash"},
        BadHtpasswd{line_of("alice") + line_of("alice"), "line 2: alice is there twice"},
        BadHtpasswd{line_of("alice").replace(10, 2, "16"), "a cost above 15"},
        BadHtpasswd{line_of("alice") + std::string(1 << 20, '\n'), "larger than 1 MiB"}));

}  // namespace
}  // namespace larder::tokens
