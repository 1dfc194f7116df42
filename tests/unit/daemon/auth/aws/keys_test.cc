#include "daemon/auth/aws/keys.h"

#include <gtest/gtest.h>

#include "tests/support/aws_world.h"

namespace larder::aws {
namespace {

TEST(CheckKeys, TakesKeysWithAndWithoutASession) {
  auto keys = testing::test_keys();
  EXPECT_TRUE(check_keys(keys).ok());
  keys.session_token = "IQoJ//==";
  EXPECT_TRUE(check_keys(keys).ok());
}

struct BadKeys {
  Keys keys;
  const char* why;
};

class RefusedKeys : public ::testing::TestWithParam<BadKeys> {};

TEST_P(RefusedKeys, AreRefusedWithoutBeingShown) {
  const auto status = check_keys(GetParam().keys);

  ASSERT_FALSE(status.ok());
  EXPECT_EQ(describe(status.error()), std::string("invalid: ") + GetParam().why);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedKeys,
    ::testing::Values(
        BadKeys{{"", "secret", "", {}}, "the access key ID is empty"},
        BadKeys{{"id", "", "", {}}, "the secret access key is empty"},
        BadKeys{{"i d", "secret", "", {}}, "the access key ID has a character it may not have"},
        BadKeys{{"id", "sec\nret", "", {}},
                "the secret access key has a character it may not have"},
        BadKeys{{"id", "secret", "\xff", {}}, "the session token has a character it may not have"},
        BadKeys{{"id", "secret", std::string(16 * 1024 + 1, 't'), {}},
                "the session token is too long"}));

}  // namespace
}  // namespace larder::aws
