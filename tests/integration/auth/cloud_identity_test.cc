// Credentials of both clouds over real sockets, from servers that insist on what is documented.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>

#include "daemon/auth/child_process.h"
#include "daemon/auth/cloud/acr_credentials.h"
#include "daemon/auth/cloud/gcp_credentials.h"
#include "daemon/auth/cloud/json_exchange.h"
#include "tests/support/temp_directory.h"

namespace larder::auth {
namespace {

constexpr const char* kTenant = "72f988bf-0000-0000-0000-000000000000";
constexpr const char* kClient = "11111111-2222-3333-4444-555555555555";
constexpr const char* kAssertion = "eyJhbGciOiJSUzI1NiJ9.c2VydmljZS1hY2NvdW50.c2ln";
const CredentialQuestion kAcrQuestion{"name.azurecr.io", "team/app"};

class CloudIdentityTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> input{};
    std::array<int, 2> output{};
    ASSERT_EQ(::pipe2(input.data(), O_CLOEXEC), 0);
    ASSERT_EQ(::pipe2(output.data(), O_CLOEXEC), 0);
    const UniqueFd childs_input(input[0]);
    const UniqueFd childs_output(output[1]);
    const UniqueFd errors(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
    held_.reset(input[1]);
    const UniqueFd said(output[0]);
    auto started = ChildProcess::start({"/usr/bin/python3",
                                        {"-B", LARDER_TESTS "/support/cloud_identity.py"},
                                        {},
                                        {childs_input.get(), childs_output.get(), errors.get()}});
    ASSERT_TRUE(started.ok()) << describe(started.error());
    servers_.emplace(*std::move(started));
    std::array<char, 64> line{};
    ASSERT_GT(::read(said.get(), line.data(), line.size() - 1), 0);
    std::istringstream(line.data()) >> metadata_ >> entra_ >> registry_;

    auto client = http::Client::create({});
    ASSERT_TRUE(client.ok());
    client_ = *std::move(client);
  }
  static std::string at(const std::string& port) { return "http://127.0.0.1:" + port; }
  Result<std::vector<Credential>> find_acr(EntraOptions identity) {
    auto source =
        AcrCredentials::create({std::move(identity), at(registry_)}, {*client_, *client_}, clock_);
    if (!source) return source.error();
    return (*source)->credentials(kAcrQuestion);
  }
  std::string access_token_for(const std::string& refresh_token) {
    auto request = form_request(*url_below(at(registry_), "/oauth2/token"),
                                {{"grant_type", "refresh_token"},
                                 {"service", "name.azurecr.io"},
                                 {"scope", "repository:team/app:pull"},
                                 {"refresh_token", refresh_token}});
    request.reach = http::Reach::anywhere;
    const auto answer = ask_for_json(*client_, std::move(request), kAcrQuestion, clock_);
    return answer ? answer->document.value("access_token", "") : describe(answer.error());
  }

  testing::TempDirectory directory_;
  SystemClock clock_;
  UniqueFd held_;  // the servers serve until it is closed
  std::optional<ChildProcess> servers_;
  std::string metadata_;
  std::string entra_;
  std::string registry_;
  std::unique_ptr<http::Client> client_;
};

TEST_F(CloudIdentityTest, GoogleLendsAToken) {
  auto source = GcpCredentials::create({.metadata_url = at(metadata_)}, *client_, clock_);
  ASSERT_TRUE(source.ok());

  const auto found = (*source)->credentials({"europe-docker.pkg.dev", "project/repo/app"});

  ASSERT_TRUE(found.ok()) << describe(found.error());
  EXPECT_EQ(found->front().username, "oauth2accesstoken");
  EXPECT_EQ(found->front().password, "ya29.google");
  EXPECT_GT(found->front().expires, clock_.wall() + std::chrono::minutes(50));
}

TEST_F(CloudIdentityTest, GoogleLendsNoneToAnotherAccount) {
  auto source = GcpCredentials::create(
      {.metadata_url = at(metadata_), .service_account = "other@example"}, *client_, clock_);
  ASSERT_TRUE(source.ok());

  EXPECT_EQ((*source)->credentials({"gcr.io", "a"}).error().code, Errc::denied);
}

TEST_F(CloudIdentityTest, AzureTakesAManagedIdentity) {
  for (const char* client : {"", kClient}) {
    const auto found = find_acr({.client_id = client, .metadata_url = at(metadata_)});

    ASSERT_TRUE(found.ok()) << describe(found.error());
    EXPECT_EQ(found->front().expires, WallTime(std::chrono::seconds(1'768'500'000)));
    EXPECT_EQ(access_token_for(found->front().identity_token), "acr-access");
  }
}

TEST_F(CloudIdentityTest, AzureTakesAWorkloadIdentity) {
  const auto file = directory_.path() / "token";
  std::ofstream(file) << kAssertion;

  const auto found = find_acr({.kind = EntraOptions::Kind::workload,
                               .client_id = kClient,
                               .tenant = kTenant,
                               .token_file = file,
                               .authority = at(entra_) + "/"});

  ASSERT_TRUE(found.ok()) << describe(found.error());
  EXPECT_EQ(access_token_for(found->front().identity_token), "acr-access");
}

TEST_F(CloudIdentityTest, AzureRefusesAStrangerWithoutNamingItsToken) {
  const auto file = directory_.path() / "token";
  std::ofstream(file) << "hush.hush.hush";

  const auto found = find_acr({.kind = EntraOptions::Kind::workload,
                               .client_id = kClient,
                               .tenant = kTenant,
                               .token_file = file,
                               .authority = at(entra_)});

  ASSERT_FALSE(found.ok());
  EXPECT_EQ(describe(found.error()),
            "denied: acr: Entra ID token: 127.0.0.1:" + entra_ + ": status 400, invalid_request");
}

}  // namespace
}  // namespace larder::auth
