#include "daemon/auth/aws/ecr_answer.h"

#include <gtest/gtest.h>

#include "daemon/auth/encoding.h"
#include "tests/support/aws_world.h"

namespace larder::aws {
namespace {

std::string answer_with(const std::string& token, const std::string& expires = "1768487400") {
  return R"({"authorizationData":[{"authorizationToken":")" + token + R"(","expiresAt":)" +
         expires + "}]}";
}

TEST(EcrAnswer, IsANameAPasswordAndAnEnd) {
  const auto credential = parse_authorization(testing::ecr_answer_json());

  ASSERT_TRUE(credential.ok()) << describe(credential.error());
  EXPECT_EQ(*credential, (auth::Credential{"AWS", "ecr-password", "", "", testing::kTestExpiry}));
}

TEST(EcrAnswer, OfEcrPublicIsNoList) {
  const auto credential = parse_authorization(
      R"({"authorizationData":{"authorizationToken":"QVdTOnA=","expiresAt":1768487400.5}})");

  ASSERT_TRUE(credential.ok()) << describe(credential.error());
  EXPECT_EQ(credential->password, "p");
}

TEST(EcrAnswer, HoldsPasswordsOfEveryLength) {
  for (const std::string& password :
       {std::string("p"), std::string("pq"), std::string("a:b"), std::string(6000, 'p')}) {
    const auto credential = parse_authorization(answer_with(auth::base64("AWS:" + password)));

    ASSERT_TRUE(credential.ok()) << describe(credential.error());
    EXPECT_EQ(credential->username, "AWS");
    EXPECT_EQ(credential->password, password);
  }
}

class BadEcrAnswers : public ::testing::TestWithParam<std::string> {};

TEST_P(BadEcrAnswers, HoldNoCredential) {
  const auto credential = parse_authorization(GetParam());

  ASSERT_FALSE(credential.ok());
  EXPECT_EQ(credential.error().code, Errc::invalid);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadEcrAnswers,
    ::testing::Values("", "[]", "{}", R"({"authorizationData":[]})", R"({"authorizationData":[1]})",
                      R"({"authorizationData":"x"})", R"({"authorizationData":[{"expiresAt":1}]})",
                      answer_with(""), answer_with("QVdT"), answer_with("QVd*OnA="),
                      answer_with("===="), answer_with("Q==="), answer_with("QVdTOgEB"),
                      answer_with("QVdTOnA=", "\"soon\""), answer_with("QVdTOnA=", "-1"),
                      answer_with(auth::base64("AWS:" + std::string(50'000, 'p')))));

}  // namespace
}  // namespace larder::aws
