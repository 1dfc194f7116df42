#include "daemon/auth/aws/sts.h"

#include <gtest/gtest.h>

#include "daemon/auth/aws/service_error.h"
#include "tests/support/aws_world.h"
#include "tests/support/fake_client.h"

namespace larder::aws {
namespace {

using namespace std::chrono_literals;
using testing::FakeAnswer;

constexpr const char* kRoleArn = "arn:aws:iam::123456789012:role/mirror";

const StsEndpoint kStsEndpoint{http::Url::parse("https://sts.eu-west-1.amazonaws.com").value(),
                               "eu-west-1"};

class StsTest : public ::testing::Test {
 protected:
  void answer(FakeAnswer with) {
    client_ = std::make_unique<testing::FakeClient>(std::vector<FakeAnswer>{std::move(with)});
  }
  Result<Keys> assume(const Role& role) {
    return Sts(*client_, clock_, kStsEndpoint)
        .assume_role(role, testing::test_keys(), testing::patient(clock_));
  }
  Result<Keys> assume_with(const std::string& token, const Role& role = {kRoleArn}) {
    return Sts(*client_, clock_, kStsEndpoint)
        .assume_role_with_web_identity(role, token, testing::patient(clock_));
  }

  testing::FakeClock clock_;
  std::unique_ptr<testing::FakeClient> client_;
};

TEST_F(StsTest, ExchangesAWebIdentityUnsigned) {
  answer({.body = testing::sts_keys_xml()});

  const auto keys = assume_with("eyJ.a/b.c=", {kRoleArn, "node-mirror", "", 1h});

  ASSERT_TRUE(keys.ok()) << describe(keys.error());
  EXPECT_EQ(*keys, (Keys{"ASIASTS", "sts-secret", "sts-session", testing::kTestExpiry}));
  const auto request = client_->requests().front();
  EXPECT_EQ(client_->urls(), std::vector<std::string>{"POST https://sts.eu-west-1.amazonaws.com/"});
  EXPECT_EQ(request.headers.find("Content-Type"),
            "application/x-www-form-urlencoded; charset=utf-8");
  EXPECT_FALSE(request.headers.find("Authorization").has_value());
  EXPECT_EQ(request.deadline, testing::patient(clock_).deadline);
  EXPECT_EQ(request.body,
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
            "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fmirror"
            "&RoleSessionName=node-mirror&DurationSeconds=3600&WebIdentityToken=eyJ.a%2Fb.c%3D");
}

TEST_F(StsTest, AssumesARoleSigned) {
  answer({.body = testing::sts_keys_xml("AssumeRole")});

  const auto keys = assume({kRoleArn, "", "an id", {}});

  ASSERT_TRUE(keys.ok()) << describe(keys.error());
  EXPECT_EQ(keys->access_key_id, "ASIASTS");
  const auto request = client_->requests().front();
  EXPECT_EQ(request.body,
            "Action=AssumeRole&Version=2011-06-15"
            "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fmirror"
            "&RoleSessionName=larder&ExternalId=an%20id");
  const std::string authorization(request.headers.find("Authorization").value_or(""));
  EXPECT_THAT(authorization, ::testing::HasSubstr("/eu-west-1/sts/aws4_request"));
}

TEST_F(StsTest, IsDeniedInWordsWithoutTheToken) {
  answer({.status = 403,
          .body = testing::sts_error_xml("AccessDenied",
                                         "Not authorized to perform "
                                         "sts:AssumeRoleWithWebIdentity")});

  const auto keys = assume_with("s3cret");

  EXPECT_EQ(describe(keys.error()),
            "denied: STS sts.eu-west-1.amazonaws.com answers HTTP 403 AccessDenied: Not authorized "
            "to perform sts:AssumeRoleWithWebIdentity");
}

struct StsRefusal {
  int status;
  const char* code;
  Errc errc;
};

class StsRefusals : public StsTest, public ::testing::WithParamInterface<StsRefusal> {};

TEST_P(StsRefusals, SayWhetherToAskAgain) {
  answer({.status = GetParam().status, .body = testing::sts_error_xml(GetParam().code, "m")});

  EXPECT_EQ(assume_with("token").error().code, GetParam().errc);
  EXPECT_EQ(assume({kRoleArn}).error().code, GetParam().errc);
}

INSTANTIATE_TEST_SUITE_P(
    Table, StsRefusals,
    ::testing::Values(StsRefusal{403, "IDPRejectedClaim", Errc::denied},
                      StsRefusal{400, "InvalidIdentityToken", Errc::denied},
                      StsRefusal{400, "ExpiredTokenException", Errc::denied},
                      StsRefusal{403, "RegionDisabledException", Errc::denied},
                      StsRefusal{400, "IDPCommunicationError", Errc::upstream_down},
                      StsRefusal{400, "Throttling", Errc::upstream_down},
                      StsRefusal{503, "ServiceUnavailable", Errc::upstream_down},
                      StsRefusal{301, "", Errc::upstream_down}));

TEST_F(StsTest, IsOfNoUseWhenItAnswersNonsense) {
  answer({.body = "<html>s3cret</html>"});

  EXPECT_EQ(describe(assume_with("token").error()),
            "upstream_down: STS sts.eu-west-1.amazonaws.com: the answer has no Credentials");
}

TEST_F(StsTest, TakesNoEndlessAnswer) {
  answer({.body = std::string(256 * 1024 + 1, 'x')});

  EXPECT_EQ(assume_with("token").error().code, Errc::upstream_down);
}

TEST_F(StsTest, PassesOnWhatTheClientSays) {
  answer({.error = Error{Errc::timeout, "sts: total deadline passed"}});

  EXPECT_EQ(describe(assume({kRoleArn}).error()), "timeout: STS: sts: total deadline passed");
}

class BadRoles : public StsTest, public ::testing::WithParamInterface<Role> {};

TEST_P(BadRoles, AreNotAskedFor) {
  answer({});

  EXPECT_EQ(assume(GetParam()).error().code, Errc::invalid);
  EXPECT_EQ(assume_with("token", GetParam()).error().code, Errc::invalid);
  EXPECT_EQ(client_->count(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Table, BadRoles,
                         ::testing::Values(Role{""}, Role{"role/mirror-of-the-whole-node"},
                                           Role{"arn:aws:iam::123456789012:role/a b"},
                                           Role{"arn:" + std::string(2048, 'a')},
                                           Role{kRoleArn, "x"}, Role{kRoleArn, "a b"},
                                           Role{kRoleArn, std::string(65, 'x')},
                                           Role{kRoleArn, "", "", 899s},
                                           Role{kRoleArn, "", "", 12h + 1s}));

}  // namespace
}  // namespace larder::aws
