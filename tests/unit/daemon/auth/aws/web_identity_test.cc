#include "daemon/auth/aws/web_identity.h"

#include <gtest/gtest.h>

#include "tests/support/aws_world.h"
#include "tests/support/fake_client.h"
#include "tests/support/temp_directory.h"

namespace larder::aws {
namespace {

using testing::write_file;

class WebIdentityTest : public ::testing::Test {
 protected:
  Result<Answer> keys() {
    WebIdentity provider(client_, clock_, {testing::environment_of(variables_), {}, "eu-west-1"});
    return provider.keys(testing::patient(clock_));
  }

  testing::FakeClock clock_;
  testing::FakeClient client_{{testing::FakeAnswer{.body = testing::sts_keys_xml()}}};
  testing::TempDirectory directory_;
  const std::filesystem::path token_ = write_file(directory_.path() / "token", "eyJ.first.x\n");
  std::map<std::string, std::string> variables_{
      {"AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/mirror"},
      {"AWS_WEB_IDENTITY_TOKEN_FILE", token_.string()}};
};

TEST_F(WebIdentityTest, ExchangesTheTokenOfTheFile) {
  variables_["AWS_ROLE_SESSION_NAME"] = "node-1";

  const auto answer = keys();

  ASSERT_TRUE(answer.ok()) << describe(answer.error());
  EXPECT_EQ(answer->keys().access_key_id, "ASIASTS");
  EXPECT_EQ(answer->told(), "web identity, arn:aws:iam::123456789012:role/mirror");
  EXPECT_EQ(client_.requests().front().body,
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
            "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fmirror"
            "&RoleSessionName=node-1&WebIdentityToken=eyJ.first.x");
}

TEST_F(WebIdentityTest, SeesARotatedToken) {
  ASSERT_TRUE(keys().ok());
  write_file(token_, "eyJ.second.x");

  ASSERT_TRUE(keys().ok());

  EXPECT_THAT(client_.requests()[1].body, ::testing::EndsWith("WebIdentityToken=eyJ.second.x"));
}

TEST_F(WebIdentityTest, AsksStsOfItsOwnRegion) {
  variables_["AWS_REGION"] = "eu-north-1";

  ASSERT_TRUE(keys().ok());

  EXPECT_EQ(client_.urls().front(), "POST https://sts.eu-north-1.amazonaws.com/");
}

TEST_F(WebIdentityTest, MayNotBeSetUp) {
  variables_.erase("AWS_WEB_IDENTITY_TOKEN_FILE");

  const auto answer = keys();

  ASSERT_TRUE(answer.ok());
  EXPECT_FALSE(answer->has_keys());
  EXPECT_EQ(answer->told(), "AWS_WEB_IDENTITY_TOKEN_FILE is not set");
}

TEST_F(WebIdentityTest, FailsWhereItIsSetUpByHalf) {
  variables_.erase("AWS_ROLE_ARN");
  EXPECT_EQ(keys().error().code, Errc::invalid);
  variables_["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/mirror";
  variables_["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/nowhere/token";
  EXPECT_EQ(describe(keys().error()),
            "not_found: arn:aws:iam::123456789012:role/mirror: read /nowhere/token: No such file "
            "or directory");
  EXPECT_EQ(client_.count(), 0U);
}

}  // namespace
}  // namespace larder::aws
