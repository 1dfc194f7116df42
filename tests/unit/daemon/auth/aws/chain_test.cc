#include "daemon/auth/aws/chain.h"

#include <gtest/gtest.h>

#include "tests/support/aws_world.h"
#include "tests/support/fake_client.h"
#include "tests/support/temp_directory.h"

namespace larder::aws {
namespace {

using testing::FakeAnswer;

// A folder with everything that a provider could be set up by; tests take away what comes before
// the one they ask for.
class ChainTest : public ::testing::Test {
 protected:
  ChainTest() {
    testing::write_file(directory_.path() / "credentials",
                        "[default]\naws_access_key_id=FILE\naws_secret_access_key=s\n"
                        "[imds]\nrole_arn=arn:aws:iam::123456789012:role/mirror\n"
                        "credential_source=Ec2InstanceMetadata\n");
    testing::write_file(directory_.path() / "token", "eyJ");
  }

  Result<Answer> keys(const ChainChoice& choice = {}) {
    auto chain =
        make_chain(choice, {services_,
                            local_,
                            clock_,
                            StsLocator{testing::environment_of(variables_), {}, "eu-west-1"},
                            {}});
    return chain.keys(testing::patient(clock_));
  }
  std::string id(const ChainChoice& choice = {}) {
    const auto answer = keys(choice);
    return answer.ok() ? answer->keys().access_key_id : describe(answer.error());
  }

  // Whatever is asked for at EC2, or at a container's agent.
  static FakeAnswer local_answer(const http::ClientRequest& request) {
    if (request.method == "PUT") return {.body = "session"};
    if (request.url.target.ends_with("/security-credentials/")) return {.body = "mirror"};
    if (request.url.target.ends_with("/mirror")) {
      return {.body = R"({"AccessKeyId":"EC2","SecretAccessKey":"s","Token":"t"})"};
    }
    return {.body = R"({"AccessKeyId":"CONTAINER","SecretAccessKey":"s","Token":"t"})"};
  }

  testing::FakeClock clock_;
  testing::FakeClient services_{[](const http::ClientRequest& request) -> FakeAnswer {
    const bool is_web = request.body.find("WebIdentity") != std::string::npos;
    return {.body = testing::sts_keys_xml(is_web ? "AssumeRoleWithWebIdentity" : "AssumeRole")};
  }};
  testing::FakeClient local_{local_answer};
  testing::TempDirectory directory_;
  std::map<std::string, std::string> variables_{
      {"AWS_ACCESS_KEY_ID", "ENV"},
      {"AWS_SECRET_ACCESS_KEY", "s"},
      {"AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/mirror"},
      {"AWS_WEB_IDENTITY_TOKEN_FILE", (directory_.path() / "token").string()},
      {"AWS_SHARED_CREDENTIALS_FILE", (directory_.path() / "credentials").string()},
      {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"}};
};

TEST_F(ChainTest, LooksInOrder) {
  EXPECT_EQ(id(), "ENV");
  variables_.erase("AWS_ACCESS_KEY_ID");
  variables_.erase("AWS_SECRET_ACCESS_KEY");
  EXPECT_EQ(id(), "ASIASTS");
  variables_.erase("AWS_WEB_IDENTITY_TOKEN_FILE");
  EXPECT_EQ(id(), "FILE");
  variables_.erase("AWS_SHARED_CREDENTIALS_FILE");
  EXPECT_EQ(id(), "CONTAINER");
  variables_.erase("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  EXPECT_EQ(id(), "EC2");
}

TEST_F(ChainTest, AsksOnlyThoseItNeeds) {
  ASSERT_EQ(id(), "ENV");

  EXPECT_EQ(services_.count() + local_.count(), 0U);
}

TEST_F(ChainTest, TellsEveryReasonWhenThereIsNothing) {
  variables_ = {{"AWS_EC2_METADATA_DISABLED", "true"}};

  EXPECT_EQ(id(),
            "not_found: no AWS keys: environment: AWS_ACCESS_KEY_ID is not set; web identity: "
            "AWS_WEB_IDENTITY_TOKEN_FILE is not set; shared files: there is no default profile; "
            "container: AWS_CONTAINER_CREDENTIALS_FULL_URI is not set; instance metadata: "
            "AWS_EC2_METADATA_DISABLED is true");
}

TEST_F(ChainTest, StopsAtTheFirstThatIsSetUpAndFails) {
  variables_ = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere"},
                {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"}};

  EXPECT_EQ(id(),
            "invalid: AWS keys: web identity: AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN "
            "is not (not set up: environment: AWS_ACCESS_KEY_ID is not set)");
  EXPECT_EQ(local_.count(), 0U);
}

TEST_F(ChainTest, LooksAtNothingButTheConfigsKeys) {
  variables_["S"] = "s";
  ChainChoice choice;
  choice.keys = KeyPlaces{"CONFIG", {"", "S"}};

  EXPECT_EQ(id(choice), "CONFIG");
  variables_.erase("S");
  EXPECT_EQ(id(choice), "not_found: AWS keys: config: environment variable S is not set");
}

TEST_F(ChainTest, LooksAtNothingButTheConfigsProfile) {
  EXPECT_EQ(id({{}, "default", {}, {}}), "FILE");
  EXPECT_EQ(id({{}, "none", {}, {}}),
            "invalid: AWS keys: shared files: profile \"none\" does not exist");
}

TEST_F(ChainTest, GivesAProfileTheOtherSources) {
  ChainChoice choice;
  choice.profile = "imds";
  choice.metadata = http::Url::parse("http://127.0.0.1:82").value();

  EXPECT_EQ(id(choice), "ASIASTS");

  EXPECT_EQ(local_.urls().front(), "PUT http://127.0.0.1:82/latest/api/token");
  EXPECT_THAT(services_.authorizations().front(), ::testing::HasSubstr("Credential=EC2/"));
}

}  // namespace
}  // namespace larder::aws
