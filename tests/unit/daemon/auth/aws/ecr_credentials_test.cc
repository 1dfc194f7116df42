#include "daemon/auth/aws/ecr_credentials.h"

#include <gtest/gtest.h>

#include "tests/support/aws_world.h"
#include "tests/support/fake_client.h"

namespace larder::aws {
namespace {

using namespace std::chrono_literals;
using testing::FakeAnswer;

constexpr const char* kRegistry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

class EcrCredentialsTest : public ::testing::Test {
 protected:
  Result<std::vector<auth::Credential>> ask(const std::string& host = kRegistry) {
    source_ = std::make_unique<EcrCredentials>(
        options_, AwsTools{services_, local_, clock_, testing::environment_of(variables_), {}});
    return source_->credentials({host, "team/app", deadline_, {}});
  }

  testing::FakeClock clock_;
  std::optional<MonoTime> deadline_;
  EcrOptions options_;
  FakeAnswer ecr_{.body = testing::ecr_answer_json()};
  testing::FakeClient services_{[this](const http::ClientRequest& request) -> FakeAnswer {
    const bool is_sts = request.url.host.starts_with("sts");
    return is_sts ? FakeAnswer{.body = testing::sts_keys_xml("AssumeRole")} : ecr_;
  }};
  testing::FakeClient local_{{FakeAnswer{.status = 500}}};
  std::map<std::string, std::string> variables_{{"AWS_ACCESS_KEY_ID", "AKID"},
                                                {"AWS_SECRET_ACCESS_KEY", "s3cret"}};
  std::unique_ptr<EcrCredentials> source_;
};

TEST_F(EcrCredentialsTest, AreWhatEcrGives) {
  const auto credentials = ask();

  ASSERT_TRUE(credentials.ok()) << describe(credentials.error());
  EXPECT_EQ(*credentials,
            (std::vector{auth::Credential{"AWS", "ecr-password", "", "", testing::kTestExpiry}}));
  EXPECT_EQ(services_.urls(),
            std::vector<std::string>{"POST https://api.ecr.eu-west-1.amazonaws.com/"});
  EXPECT_THAT(services_.authorizations().front(),
              ::testing::HasSubstr("/eu-west-1/ecr/aws4_request"));
  EXPECT_EQ(source_->key_source(), "environment");
}

TEST_F(EcrCredentialsTest, AreAskedForAnewAtEachCall) {
  ASSERT_TRUE(ask().ok());
  ASSERT_TRUE(source_->credentials({kRegistry, "team/app"}).ok());

  EXPECT_EQ(services_.count(), 2U);
}

TEST_F(EcrCredentialsTest, AreWaitedForTenSecondsAtMost) {
  ASSERT_TRUE(ask().ok());
  EXPECT_EQ(services_.requests()[0].deadline, clock_.now() + 10s);
  deadline_ = clock_.now() + 3s;
  ASSERT_TRUE(ask().ok());
  EXPECT_EQ(services_.requests()[1].deadline, clock_.now() + 3s);
  deadline_ = clock_.now() + 1h;
  ASSERT_TRUE(ask().ok());
  EXPECT_EQ(services_.requests()[2].deadline, clock_.now() + 10s);
}

TEST_F(EcrCredentialsTest, AreOfARoleWhenTheOperatorSaysSo) {
  options_.role = Role{"arn:aws:iam::999999999999:role/mirror"};
  options_.sts = http::Url::parse("https://sts.endpoint.example").value();

  ASSERT_TRUE(ask().ok());

  EXPECT_EQ(services_.urls(),
            (std::vector<std::string>{"POST https://sts.endpoint.example/",
                                      "POST https://api.ecr.eu-west-1.amazonaws.com/"}));
  EXPECT_THAT(services_.authorizations()[1], ::testing::HasSubstr("Credential=ASIASTS/"));
  EXPECT_EQ(services_.requests()[1].headers.find("X-Amz-Security-Token"), "sts-session");
  EXPECT_EQ(source_->key_source(), "arn:aws:iam::999999999999:role/mirror by environment");
}

TEST_F(EcrCredentialsTest, OfEcrPublicAreAskedForAsSuch) {
  ASSERT_TRUE(ask("public.ecr.aws").ok());

  EXPECT_EQ(services_.urls().front(), "POST https://api.ecr-public.us-east-1.amazonaws.com/");
  EXPECT_EQ(services_.requests().front().headers.find("X-Amz-Target"),
            "SpencerFrontendService.GetAuthorizationToken");
  EXPECT_THAT(services_.authorizations().front(),
              ::testing::HasSubstr("/us-east-1/ecr-public/aws4_request"));
}

TEST_F(EcrCredentialsTest, AreAskedForWhereTheOperatorSays) {
  options_.api = http::Url::parse("http://127.0.0.1:5000").value();
  options_.region = "eu-north-1";

  ASSERT_TRUE(ask("registry.corp.example:5000").ok());

  EXPECT_EQ(services_.urls().front(), "POST http://127.0.0.1:5000/");
  EXPECT_EQ(services_.requests().front().reach, http::Reach::anywhere);
  EXPECT_THAT(services_.authorizations().front(),
              ::testing::HasSubstr("/eu-north-1/ecr/aws4_request"));
}

TEST_F(EcrCredentialsTest, AreOfNoOtherRegistry) {
  EXPECT_EQ(ask("docker.io").error().code, Errc::invalid);
  EXPECT_EQ(services_.count(), 0U);
}

TEST_F(EcrCredentialsTest, AreNotThereWithoutKeys) {
  variables_ = {{"AWS_EC2_METADATA_DISABLED", "true"}};

  EXPECT_EQ(ask().error().code, Errc::not_found);
  EXPECT_EQ(source_->key_source(), "");
}

TEST_F(EcrCredentialsTest, AreDeniedInWordsThatHelp) {
  ecr_ = {.status = 400,
          .body = R"({"__type":"AccessDeniedException","Message":"User: arn:aws:iam::1:user/u is )"
                  R"(not authorized to perform: ecr:GetAuthorizationToken"})"};

  EXPECT_EQ(describe(ask().error()),
            "denied: with the keys of environment: ECR api.ecr.eu-west-1.amazonaws.com answers "
            "HTTP 400 AccessDeniedException: User: arn:aws:iam::1:user/u is not authorized to "
            "perform: ecr:GetAuthorizationToken");
}

TEST_F(EcrCredentialsTest, AreDeniedInXmlToo) {
  ecr_ = {.status = 403, .body = testing::sts_error_xml("InvalidClientTokenId", "m")};

  EXPECT_THAT(describe(ask().error()), ::testing::EndsWith("HTTP 403 InvalidClientTokenId"));
}

TEST_F(EcrCredentialsTest, SayThatTheyAreAskedForTooOften) {
  ecr_ = {.status = 400, .body = R"({"__type":"ThrottlingException","message":"Rate exceeded"})"};

  const auto error = ask().error();

  EXPECT_EQ(error.code, Errc::upstream_down);
  EXPECT_EQ(error.cause, kThrottledCause);
}

TEST_F(EcrCredentialsTest, AreOfNoUseAsNonsense) {
  ecr_ = {.body = "{}"};
  EXPECT_EQ(ask().error().code, Errc::upstream_down);
  ecr_ = {.error = Error{Errc::timeout, "x"}};
  EXPECT_EQ(ask().error().code, Errc::timeout);
}

TEST_F(EcrCredentialsTest, AreNotAskedForWhenTheRoleIsRefused) {
  options_.role = Role{"arn:aws:iam::999999999999:role/mirror", "x"};

  EXPECT_EQ(ask().error().code, Errc::invalid);
  EXPECT_EQ(services_.count(), 0U);
}

TEST_F(EcrCredentialsTest, StopWithTheirCaller) {
  std::stop_source stop;
  stop.request_stop();
  EcrCredentials source(options_,
                        {services_, local_, clock_, testing::environment_of(variables_), {}});

  EXPECT_EQ(source.credentials({kRegistry, "", {}, stop.get_token()}).error().code,
            Errc::cancelled);
}

}  // namespace
}  // namespace larder::aws
