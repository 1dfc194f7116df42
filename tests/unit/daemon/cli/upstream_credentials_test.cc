// What the config says of an upstream's credential becomes the source that gives it.
#include "daemon/cli/upstream_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "tests/support/aws_world.h"
#include "tests/support/fake_client.h"
#include "tests/support/recording_renewals.h"
#include "tests/support/script.h"
#include "tests/support/temp_directory.h"

namespace larder::cli {
namespace {

using config::AuthKind;
using ::testing::ElementsAre;
using testing::FakeAnswer;
using testing::FakeClient;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::write_file;

constexpr const char* kEcrHost = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

class UpstreamCredentialsTest : public ::testing::Test {
 protected:
  UpstreamCredentialsTest() {
    auth_.ecr.access_key_id = "AKIDCONFIG";
    auth_.ecr.secret_access_key.file = write_file(directory_.path() / "key", "s3cret\n");
  }

  auth::CredentialSource& source(AuthKind kind) {
    auth_.kind = kind;
    auto made = upstream_credentials(auth_, {services_, direct_, clock_, renewals_});
    EXPECT_TRUE(made.ok()) << describe(made.error());
    source_ = *std::move(made);
    return *source_;
  }
  // "user:password" of each, or the error.
  std::vector<std::string> found(AuthKind kind, const std::string& host = "quay.io") {
    const auto credentials = source(kind).credentials({host, "team/app"});
    if (!credentials.ok()) return {describe(credentials.error())};
    std::vector<std::string> texts;
    for (const auto& one : *credentials) texts.push_back(one.username + ":" + one.password);
    return texts;
  }
  std::filesystem::path secret_with(const std::string& folder, const std::string& user) {
    std::filesystem::create_directories(directory_.path() / folder);
    write_file(directory_.path() / folder / ".dockerconfigjson",
               R"({"auths":{"quay.io":{"username":")" + user + R"(","password":"p"}}})");
    return directory_.path() / folder;
  }

  const testing::TempDirectory directory_;
  testing::FakeClock clock_;
  testing::RecordingRenewals renewals_;
  FakeAnswer cloud_{.body = testing::ecr_answer_json()};
  FakeClient services_{[this](const http::ClientRequest& request) {
    const bool is_sts = request.url.host.starts_with("sts");
    return is_sts ? FakeAnswer{.body = testing::sts_keys_xml("AssumeRole")} : cloud_;
  }};
  FakeAnswer metadata_{.status = 404};
  FakeClient direct_{[this](const http::ClientRequest&) { return metadata_; }};
  config::Auth auth_;
  std::unique_ptr<auth::CredentialSource> source_;
};

TEST_F(UpstreamCredentialsTest, AnonymousOnesAreNone) {
  EXPECT_THAT(found(AuthKind::anonymous), IsEmpty());
}

TEST_F(UpstreamCredentialsTest, BasicOnesHaveTheirPasswordInAFileOrAVariable) {
  auth_.username = "jane";
  auth_.password.environment = "LARDER_TEST_PASSWORD";
  ASSERT_EQ(::setenv("LARDER_TEST_PASSWORD", "of-variable", 1), 0);
  EXPECT_THAT(found(AuthKind::basic), ElementsAre("jane:of-variable"));
  ::unsetenv("LARDER_TEST_PASSWORD");

  auth_.password.file = write_file(directory_.path() / "password", "of-file\n");
  EXPECT_THAT(found(AuthKind::basic), ElementsAre("jane:of-file"));
}

TEST_F(UpstreamCredentialsTest, OfADockerConfigMayComeFromAHelper) {
  auth_.docker_config.file =
      write_file(directory_.path() / "config.json", R"({"auths":{"quay.io":{"auth":"dTpw"}},)"
                                                    R"("credHelpers":{"ghcr.io":"test"}})");
  auth_.docker_config.helper_directories = {directory_.path().string()};
  auth_.docker_config.env = {{"WHO", "helped"}};
  testing::write_script(directory_.path() / "docker-credential-test",
                        R"(echo "{\"Username\":\"$WHO\",\"Secret\":\"h\"}")");

  EXPECT_THAT(found(AuthKind::docker_config), ElementsAre("u:p"));
  EXPECT_THAT(found(AuthKind::docker_config, "ghcr.io"), ElementsAre("helped:h"));
}

TEST_F(UpstreamCredentialsTest, OfPullSecretsAreBelowTheirDirectory) {
  secret_with("hub", "one");
  secret_with("prod/hub", "two");
  auth_.kubernetes_secret.directory = directory_.path();
  auth_.kubernetes_secret.secrets = {"hub", "prod/hub"};

  EXPECT_THAT(found(AuthKind::kubernetes_secret), ElementsAre("one:p", "two:p"));
}

TEST_F(UpstreamCredentialsTest, OfAPullSecretMayBeTheDirectoryItself) {
  auth_.kubernetes_secret.directory = secret_with("hub", "one");

  EXPECT_THAT(found(AuthKind::kubernetes_secret), ElementsAre("one:p"));
}

TEST_F(UpstreamCredentialsTest, OfAPluginAreAskedForAsTheConfigSays) {
  auth_.exec.command =
      testing::write_script(directory_.path() / "plugin",
                            R"(echo '{"apiVersion":"credentialprovider.kubelet.k8s.io/v1",)"
                            R"("kind":"CredentialProviderResponse","cacheKeyType":"Image",)"
                            R"("auth":{"quay.io":{"username":"'$1'","password":"'$WHO'"}}}')");
  auth_.exec.args = {"get"};
  auth_.exec.env = {{"WHO", "me"}};
  auth_.exec.match_images = {"quay.io"};

  EXPECT_THAT(found(AuthKind::exec), ElementsAre("get:me"));
  EXPECT_THAT(found(AuthKind::exec, "ghcr.io"), IsEmpty());
}

TEST_F(UpstreamCredentialsTest, OfEcrAreAskedForWithTheKeysOfTheConfig) {
  auth_.ecr.session_token.file = write_file(directory_.path() / "session", "of-session\n");

  EXPECT_THAT(found(AuthKind::ecr, kEcrHost), ElementsAre("AWS:ecr-password"));

  ASSERT_THAT(services_.urls(), ElementsAre("POST https://api.ecr.eu-west-1.amazonaws.com/"));
  EXPECT_THAT(services_.authorizations().front(), HasSubstr("Credential=AKIDCONFIG/"));
  EXPECT_EQ(services_.requests().front().headers.find("X-Amz-Security-Token"), "of-session");
}

TEST_F(UpstreamCredentialsTest, OfEcrMayBeARoles) {
  auth_.ecr.role_arn = "arn:aws:iam::999999999999:role/mirror";
  auth_.ecr.role_session_name = "node-7";
  auth_.ecr.external_id = "for-larder";

  EXPECT_THAT(found(AuthKind::ecr, kEcrHost), ElementsAre("AWS:ecr-password"));

  ASSERT_THAT(services_.requests(), SizeIs(2));
  EXPECT_THAT(services_.authorizations()[0], HasSubstr("Credential=AKIDCONFIG/"));
  const std::string body = services_.requests()[0].body;
  EXPECT_THAT(body, HasSubstr("RoleArn=arn%3Aaws%3Aiam%3A%3A999999999999%3Arole%2Fmirror"));
  EXPECT_THAT(body, HasSubstr("RoleSessionName=node-7"));
  EXPECT_THAT(body, HasSubstr("ExternalId=for-larder"));
  EXPECT_THAT(services_.authorizations()[1], HasSubstr("Credential=ASIASTS/"));
}

TEST_F(UpstreamCredentialsTest, OfEcrAreAskedForWhereTheConfigSays) {
  auth_.ecr.region = "eu-north-1";
  auth_.ecr.api_url = "https://ecr.corp.example";
  auth_.ecr.sts_url = "https://sts.corp.example";
  auth_.ecr.role_arn = "arn:aws:iam::999999999999:role/mirror";

  EXPECT_THAT(found(AuthKind::ecr, "registry.corp.example"), ElementsAre("AWS:ecr-password"));

  ASSERT_THAT(services_.urls(),
              ElementsAre("POST https://sts.corp.example/", "POST https://ecr.corp.example/"));
  EXPECT_THAT(services_.authorizations()[1], HasSubstr("/eu-north-1/ecr/aws4_request"));
}

// Without keys of the config they are looked for, and metadata is never asked through a proxy.
TEST_F(UpstreamCredentialsTest, OfEcrMayComeFromTheMachineDirectly) {
  ASSERT_EQ(::setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent", 1), 0);
  ASSERT_EQ(::setenv("AWS_CONFIG_FILE", "/nonexistent", 1), 0);
  auth_.ecr = {};
  auth_.ecr.metadata_url = "http://127.0.0.1:1338";

  (void)found(AuthKind::ecr, kEcrHost);
  ::unsetenv("AWS_SHARED_CREDENTIALS_FILE");
  ::unsetenv("AWS_CONFIG_FILE");

  EXPECT_EQ(services_.count(), 0U);
  ASSERT_GE(direct_.count(), 1U);
  EXPECT_EQ(direct_.urls().front(), "PUT http://127.0.0.1:1338/latest/api/token");
}

TEST_F(UpstreamCredentialsTest, OfEcrMayComeFromAnAgentOfContainers) {
  ASSERT_EQ(::setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent", 1), 0);
  ASSERT_EQ(::setenv("AWS_CONFIG_FILE", "/nonexistent", 1), 0);
  metadata_ = {.body = testing::metadata_keys_json()};
  auth_.ecr = {};
  auth_.ecr.container_url = "http://127.0.0.1:1341/keys";

  (void)found(AuthKind::ecr, kEcrHost);
  ::unsetenv("AWS_SHARED_CREDENTIALS_FILE");
  ::unsetenv("AWS_CONFIG_FILE");

  EXPECT_THAT(direct_.urls(), ElementsAre("GET http://127.0.0.1:1341/keys"));
  EXPECT_THAT(services_.authorizations(), ElementsAre(HasSubstr("Credential=ASIAMETADATA/")));
}

TEST_F(UpstreamCredentialsTest, OfAProfileAreLookedForInTheSharedFilesAlone) {
  const auto file = write_file(directory_.path() / "credentials",
                               "[ci]\naws_access_key_id = AKIDCI\naws_secret_access_key = x\n");
  ASSERT_EQ(::setenv("AWS_SHARED_CREDENTIALS_FILE", file.c_str(), 1), 0);
  auth_.ecr = {};
  auth_.ecr.profile = "ci";

  (void)found(AuthKind::ecr, kEcrHost);
  ::unsetenv("AWS_SHARED_CREDENTIALS_FILE");

  EXPECT_THAT(services_.authorizations(), ElementsAre(HasSubstr("Credential=AKIDCI/")));
}

TEST_F(UpstreamCredentialsTest, OfGoogleComeFromTheMetadataServerDirectly) {
  metadata_ = {.headers = {{"Metadata-Flavor", "Google"}},
               .body = R"({"access_token":"ya29.a","expires_in":3317,"token_type":"Bearer"})"};
  auth_.gcp.metadata_url = "http://127.0.0.1:1339";
  auth_.gcp.service_account = "pull@project.test";

  EXPECT_THAT(found(AuthKind::gcp, "eu.gcr.io"), ElementsAre("oauth2accesstoken:ya29.a"));

  EXPECT_EQ(services_.count(), 0U);
  EXPECT_THAT(direct_.urls(),
              ElementsAre(HasSubstr("http://127.0.0.1:1339/computeMetadata/v1/instance/"
                                    "service-accounts/pull@project.test/token")));
}

TEST_F(UpstreamCredentialsTest, OfAzureAreExchangedAtTheRegistry) {
  metadata_ = {.body = R"({"access_token":"entra","expires_in":"86399"})"};
  cloud_ = {.body = R"({"refresh_token":"refresh"})"};
  auth_.acr.client_id = "client-7";
  auth_.acr.metadata_url = "http://127.0.0.1:1340";
  auth_.acr.registry_url = "https://acr.corp.example";

  const auto credentials = source(AuthKind::acr).credentials({"acr.corp.example", "app"});

  ASSERT_TRUE(credentials.ok()) << describe(credentials.error());
  EXPECT_EQ(credentials->front().identity_token, "refresh");
  EXPECT_THAT(direct_.urls(), ElementsAre(HasSubstr("client_id=client-7")));
  EXPECT_THAT(services_.urls(), ElementsAre("POST https://acr.corp.example/oauth2/exchange"));
}

TEST_F(UpstreamCredentialsTest, OfAzuresWorkloadIdentityNeedATokenOfThePod) {
  cloud_ = {.body = R"({"access_token":"entra","expires_in":3599,"refresh_token":"refresh"})"};
  auth_.acr.identity = config::AcrIdentity::workload;
  auth_.acr.client_id = "client-7";
  auth_.acr.tenant = "tenant-7";
  auth_.acr.token_file = write_file(directory_.path() / "token", "of-pod");
  auth_.acr.authority = "https://login.corp.example";

  ASSERT_TRUE(source(AuthKind::acr).credentials({"name.azurecr.io", "app"}).ok());

  EXPECT_EQ(direct_.count(), 0U);
  ASSERT_THAT(services_.urls(),
              ElementsAre("POST https://login.corp.example/tenant-7/oauth2/v2.0/token",
                          "POST https://name.azurecr.io/oauth2/exchange"));
  EXPECT_THAT(services_.requests()[0].body, HasSubstr("client_assertion=of-pod"));
}

TEST_F(UpstreamCredentialsTest, OfACloudAreKeptAndTold) {
  auto& ecr = source(AuthKind::ecr);

  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ecr.credentials({kEcrHost, "app"}).ok());

  EXPECT_EQ(services_.count(), 1U);
  EXPECT_THAT(renewals_.told(), ElementsAre("ecr ok 0 s"));
}

TEST_F(UpstreamCredentialsTest, ThatMakeNoSenseAreRefused) {
  auth_.kind = AuthKind::acr;
  auth_.acr.registry_url = "no URL";

  const auto made = upstream_credentials(auth_, {services_, direct_, clock_, renewals_});

  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, Errc::invalid);
}

}  // namespace
}  // namespace larder::cli
