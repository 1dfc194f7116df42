#include "daemon/auth/aws/container.h"

#include <gtest/gtest.h>

#include "tests/support/aws_world.h"
#include "tests/support/fake_client.h"
#include "tests/support/temp_directory.h"

namespace larder::aws {
namespace {

using namespace std::chrono_literals;
using testing::FakeAnswer;

constexpr const char* kFullUri = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
constexpr const char* kRelativeUri = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
constexpr const char* kPodIdentity = "http://169.254.170.23/v1/credentials";

class ContainerTest : public ::testing::Test {
 protected:
  Result<Answer> keys(std::vector<FakeAnswer> answers,
                      std::optional<http::Url> url = std::nullopt) {
    client_ = std::make_unique<testing::FakeClient>(std::move(answers));
    ContainerKeys provider(*client_, clock_, testing::environment_of(variables_), std::move(url));
    return provider.keys(patience_);
  }
  std::string url() const {
    const auto url = container_url(testing::environment_of(variables_));
    if (!url) return describe(url.error());
    return *url ? (*url)->str() : "none";
  }

  testing::FakeClock clock_;
  Patience patience_ = testing::patient(clock_);
  testing::TempDirectory directory_;
  std::map<std::string, std::string> variables_;
  std::unique_ptr<testing::FakeClient> client_;
  const FakeAnswer good_{.body = testing::metadata_keys_json()};
};

TEST_F(ContainerTest, AsksPodIdentityWithTheTokenOfItsFile) {
  const auto file = testing::write_file(directory_.path() / "token", "eyJ.first\n");
  variables_ = {{kFullUri, kPodIdentity},
                {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file.string()},
                {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "not this"}};

  const auto answer = keys({good_});

  ASSERT_TRUE(answer.ok()) << describe(answer.error());
  EXPECT_EQ(answer->keys(),
            (Keys{"ASIAMETADATA", "metadata-secret", "metadata-session", testing::kTestExpiry}));
  EXPECT_EQ(answer->told(), "container, 169.254.170.23");
  EXPECT_EQ(client_->urls(), std::vector<std::string>{std::string("GET ") + kPodIdentity});
  EXPECT_EQ(client_->authorizations(), std::vector<std::string>{"eyJ.first"});
  EXPECT_EQ(client_->requests().front().reach, http::Reach::anywhere);
  EXPECT_EQ(client_->requests().front().deadline, clock_.now() + 2s);
}

TEST_F(ContainerTest, SeesARotatedToken) {
  const auto file = testing::write_file(directory_.path() / "token", "first");
  variables_ = {{kFullUri, kPodIdentity},
                {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file.string()}};
  ASSERT_TRUE(keys({good_}).ok());
  testing::write_file(file, "second");

  ASSERT_TRUE(keys({good_}).ok());

  EXPECT_EQ(client_->authorizations(), std::vector<std::string>{"second"});
}

TEST_F(ContainerTest, AsksEcsWithOrWithoutAToken) {
  variables_ = {{kRelativeUri, "/v2/credentials/1-2"}, {kFullUri, "https://other.example/"}};
  ASSERT_TRUE(keys({good_}).ok());
  EXPECT_EQ(client_->urls().front(), "GET http://169.254.170.2/v2/credentials/1-2");
  EXPECT_EQ(client_->authorizations().front(), "(none)");

  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "Bearer x";
  ASSERT_TRUE(keys({good_}).ok());
  EXPECT_EQ(client_->authorizations().front(), "Bearer x");
}

TEST_F(ContainerTest, AsksWhereTheOperatorSays) {
  variables_ = {{kFullUri, kPodIdentity}};

  ASSERT_TRUE(keys({good_}, http::Url::parse("http://agent.test:81/x").value()).ok());

  EXPECT_EQ(client_->urls().front(), "GET http://agent.test:81/x");
}

TEST_F(ContainerTest, MayNotBeSetUp) {
  const auto answer = keys({good_});

  ASSERT_TRUE(answer.ok());
  EXPECT_FALSE(answer->has_keys());
  EXPECT_EQ(client_->count(), 0U);
}

TEST_F(ContainerTest, MayBeAtLoopbackAnAgentsAddressOrHttps) {
  for (const char* uri :
       {"https://any.example/c", "http://127.0.0.1/c", "http://127.255.0.3:8080/c",
        "http://[::1]/c", "http://localhost:51679/c", "http://169.254.170.2/c",
        "http://169.254.170.23/c", "http://[fd00:ec2::23]/c"}) {
    variables_ = {{kFullUri, uri}};
    EXPECT_EQ(url(), uri);
  }
}

TEST_F(ContainerTest, MayBeNowhereElse) {
  for (const char* uri :
       {"http://any.example/c", "http://169.254.169.254/c", "http://169.254.170.24/c",
        "http://10.0.0.1/c", "http://127.0.0.1.example/c", "http://localhost.example/c",
        "http://128.0.0.1/c", "http://127.1/c", "http://[fd00:ec2::254]/c", "http://[::]/c"}) {
    variables_ = {{kFullUri, uri}};
    EXPECT_THAT(url(), ::testing::StartsWith("denied: AWS_CONTAINER_CREDENTIALS_FULL_URI is plain "
                                             "http to "))
        << uri;
  }
}

TEST_F(ContainerTest, MustBeAUrl) {
  variables_ = {{kFullUri, "169.254.170.2/c"}};
  EXPECT_THAT(url(), ::testing::StartsWith("invalid: AWS_CONTAINER_CREDENTIALS_FULL_URI: "));
  variables_ = {{kRelativeUri, "v2/credentials"}};
  EXPECT_THAT(url(), ::testing::StartsWith("invalid: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI "));
  variables_ = {{kRelativeUri, "@evil.example/"}};
  EXPECT_THAT(url(), ::testing::StartsWith("invalid: "));
}

TEST_F(ContainerTest, SendsNoTokenWithALineBreak) {
  variables_ = {{kFullUri, kPodIdentity}, {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "s3\r\nX: y"}};

  EXPECT_EQ(describe(keys({good_}).error()),
            "invalid: the container's authorization token has a line break");
  EXPECT_EQ(client_->count(), 0U);
}

TEST_F(ContainerTest, AsksThreeTimes) {
  variables_ = {{kFullUri, kPodIdentity}};
  const FakeAnswer slow{.error = Error{Errc::timeout, "first byte deadline passed"}};

  EXPECT_TRUE(keys({{.status = 500}, slow, good_}).ok());
  EXPECT_EQ(client_->count(), 3U);
  EXPECT_EQ(keys({slow}).error().code, Errc::timeout);
  EXPECT_EQ(client_->count(), 3U);
}

TEST_F(ContainerTest, AsksNobodyAgainWhoRefused) {
  variables_ = {{kFullUri, kPodIdentity}};

  EXPECT_EQ(describe(keys({{.status = 403, .body = "s3cret"}}).error()),
            "denied: 169.254.170.23 answers HTTP 403");
  EXPECT_EQ(client_->count(), 1U);
  EXPECT_EQ(keys({{.status = 302, .headers = {{"Location", "http://evil.example"}}}}).error().code,
            Errc::upstream_down);
  EXPECT_EQ(client_->count(), 1U);
}

TEST_F(ContainerTest, DoesNotAskOnceItsCallerIsGone) {
  variables_ = {{kFullUri, kPodIdentity}};
  std::stop_source stop;
  stop.request_stop();
  patience_.stop = stop.get_token();
  EXPECT_EQ(keys({good_}).error().code, Errc::cancelled);
  EXPECT_EQ(client_->count(), 1U);

  patience_ = {clock_.now() - 1s, {}};
  EXPECT_FALSE(keys({{.error = Error{Errc::timeout, "total"}}}).ok());
  EXPECT_EQ(client_->count(), 1U);
}

TEST_F(ContainerTest, TakesNoNonsense) {
  variables_ = {{kFullUri, kPodIdentity}};

  EXPECT_EQ(describe(keys({{.body = "<html>"}}).error()),
            "upstream_down: 169.254.170.23: the answer is no JSON object");
}

}  // namespace
}  // namespace larder::aws
