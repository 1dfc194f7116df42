#include "daemon/auth/aws/instance_metadata.h"

#include <gtest/gtest.h>

#include "tests/support/aws_world.h"
#include "tests/support/fake_client.h"

namespace larder::aws {
namespace {

using namespace std::chrono_literals;
using testing::FakeAnswer;

const std::string kTokenUrl = "PUT http://169.254.169.254/latest/api/token";
const std::string kRolesUrl =
    "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/";

const FakeAnswer kSessionToken1{.body = "session-1"};
const FakeAnswer kSessionToken2{.body = "session-2"};
const FakeAnswer kRole{.body = "mirror\n"};
const FakeAnswer kOver{.status = 401};

class InstanceTest : public ::testing::Test {
 protected:
  Result<Answer> keys(std::vector<FakeAnswer> answers,
                      std::optional<http::Url> url = std::nullopt) {
    client_ = std::make_unique<testing::FakeClient>(std::move(answers));
    InstanceKeys provider(*client_, clock_, testing::environment_of(variables_), std::move(url));
    return provider.keys(testing::patient(clock_));
  }
  std::vector<std::string> sessions() const {
    std::vector<std::string> sessions;
    for (const auto& one : client_->requests()) {
      sessions.emplace_back(one.headers.find("X-aws-ec2-metadata-token").value_or("-"));
    }
    return sessions;
  }

  testing::FakeClock clock_;
  std::map<std::string, std::string> variables_;
  std::unique_ptr<testing::FakeClient> client_;
  const FakeAnswer keys_{.body = testing::metadata_keys_json()};
};

TEST_F(InstanceTest, AsksForASessionTheRoleAndItsKeys) {
  const auto answer = keys({kSessionToken1, kRole, keys_});

  ASSERT_TRUE(answer.ok()) << describe(answer.error());
  EXPECT_EQ(answer->keys(),
            (Keys{"ASIAMETADATA", "metadata-secret", "metadata-session", testing::kTestExpiry}));
  EXPECT_EQ(answer->told(), "instance metadata, role mirror");
  EXPECT_EQ(client_->urls(), (std::vector{kTokenUrl, kRolesUrl, kRolesUrl + "mirror"}));
  EXPECT_EQ(sessions(), (std::vector<std::string>{"-", "session-1", "session-1"}));
  const auto first = client_->requests().front();
  EXPECT_EQ(first.headers.find("X-aws-ec2-metadata-token-ttl-seconds"), "60");
  EXPECT_EQ(first.deadline, clock_.now() + 1s);
  EXPECT_EQ(first.reach, http::Reach::anywhere);
}

TEST_F(InstanceTest, BeginsAnotherSessionWhenOneIsOver) {
  EXPECT_TRUE(keys({kSessionToken1, kRole, kOver, kSessionToken2, keys_}).ok());

  EXPECT_EQ(sessions(),
            (std::vector<std::string>{"-", "session-1", "session-1", "-", "session-2"}));
}

TEST_F(InstanceTest, BeginsAnotherSessionOnceForAQuestion) {
  const auto answer = keys({kSessionToken1, kOver, kSessionToken2, kOver});

  EXPECT_EQ(describe(answer.error()), "denied: 169.254.169.254 answers the role with HTTP 401");
  EXPECT_EQ(client_->count(), 4U);
}

// Version 1 would answer anybody who can make the host send a GET.
TEST_F(InstanceTest, NeverFallsBackToVersionOne) {
  for (const int status : {400, 403, 404, 405}) {
    const auto answer = keys({{.status = status}, kRole, keys_});

    EXPECT_EQ(describe(answer.error()),
              "denied: 169.254.169.254 answers the session with HTTP " + std::to_string(status));
    EXPECT_EQ(client_->count(), 1U);
  }
}

TEST_F(InstanceTest, MayBeSwitchedOff) {
  variables_["AWS_EC2_METADATA_DISABLED"] = "True";

  const auto answer = keys({kSessionToken1});

  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->told(), "AWS_EC2_METADATA_DISABLED is true");
  EXPECT_EQ(client_->count(), 0U);
}

TEST_F(InstanceTest, MayHaveNoRole) {
  const auto answer = keys({kSessionToken1, {.status = 404}});

  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->told(), "the instance has no role");
}

TEST_F(InstanceTest, FailsWithWhatItSays) {
  EXPECT_EQ(keys({{.error = Error{Errc::timeout, "x"}}}).error().code, Errc::timeout);
  EXPECT_EQ(client_->count(), 1U);
  EXPECT_EQ(keys({{.status = 503}}).error().code, Errc::upstream_down);
  EXPECT_EQ(keys({{.body = "a b"}}).error().code, Errc::upstream_down);
  EXPECT_EQ(keys({{.body = ""}}).error().code, Errc::upstream_down);
  EXPECT_EQ(keys({{.body = std::string(1025, 't')}}).error().code, Errc::upstream_down);
  EXPECT_EQ(keys({kSessionToken1, {.body = "\n"}}).error().code, Errc::upstream_down);
  EXPECT_EQ(keys({kSessionToken1, kRole, {.status = 404}}).error().code, Errc::denied);
  EXPECT_EQ(keys({kSessionToken1, kRole, {.body = R"({"Code":"Failed"})"}}).error().code,
            Errc::denied);
  EXPECT_EQ(keys({kSessionToken1, kRole, {.body = "{}"}}).error().code, Errc::upstream_down);
}

TEST_F(InstanceTest, WritesARoleSoThatItStaysInItsPath) {
  ASSERT_TRUE(keys({kSessionToken1, {.body = "../../x?y"}, keys_}).ok());

  EXPECT_EQ(client_->urls().back(), kRolesUrl + "..%2F..%2Fx%3Fy");
}

TEST_F(InstanceTest, IsWhereTheEnvironmentOrTheOperatorSays) {
  variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = "IPv6";
  ASSERT_TRUE(keys({kSessionToken1, kRole, keys_}).ok());
  EXPECT_EQ(client_->urls().front(), "PUT http://[fd00:ec2::254]/latest/api/token");

  variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:81/";
  ASSERT_TRUE(keys({kSessionToken1, kRole, keys_}).ok());
  EXPECT_EQ(client_->urls().front(), "PUT http://127.0.0.1:81/latest/api/token");

  ASSERT_TRUE(
      keys({kSessionToken1, kRole, keys_}, http::Url::parse("http://127.0.0.1:82").value()).ok());
  EXPECT_EQ(client_->urls().front(), "PUT http://127.0.0.1:82/latest/api/token");
}

TEST_F(InstanceTest, AsksAsOftenAsTheEnvironmentSays) {
  variables_["AWS_METADATA_SERVICE_NUM_ATTEMPTS"] = "3";
  const FakeAnswer slow{.error = Error{Errc::timeout, "x"}};

  EXPECT_TRUE(keys({slow, slow, kSessionToken1, kRole, keys_}).ok());
  EXPECT_FALSE(keys({slow}).ok());
  EXPECT_EQ(client_->count(), 3U);
}

TEST_F(InstanceTest, HasBoundedSettings) {
  const std::vector<std::pair<const char*, std::pair<std::chrono::seconds, int>>> table{
      {"", {1s, 1}},   {"4", {4s, 4}}, {"99", {10s, 5}}, {"0", {1s, 1}},
      {"-1", {1s, 1}}, {"x", {1s, 1}}, {"2s", {1s, 1}}};
  for (const auto& [text, settings] : table) {
    variables_ = {{"AWS_METADATA_SERVICE_TIMEOUT", text},
                  {"AWS_METADATA_SERVICE_NUM_ATTEMPTS", text}};

    const auto found = metadata_settings(testing::environment_of(variables_));

    EXPECT_EQ(std::pair(found->answer_limit, found->attempts_max), settings) << text;
  }
}

TEST_F(InstanceTest, MustHaveAUrl) {
  variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "169.254.169.254";

  EXPECT_EQ(keys({kSessionToken1}).error().code, Errc::invalid);
}

}  // namespace
}  // namespace larder::aws
