#include "daemon/auth/cloud/entra_token.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "tests/support/fake_client.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_directory.h"

namespace larder::auth {
namespace {

using testing::FakeAnswer;
using testing::FakeClient;
using Kind = EntraOptions::Kind;

class EntraTokenTest : public ::testing::Test {
 protected:
  EntraTokenTest() {
    std::ofstream(file_) << "eyJ.sa.token\n";
    workload_ = {.kind = Kind::workload,
                 .client_id = "client",
                 .tenant = "tenant",
                 .token_file = file_.string()};
  }
  Result<std::string> get(const EntraOptions& options, const std::string& host = "n.azurecr.io") {
    return get_entra_token(options, azure_cloud_of(host).value(), metadata_, services_,
                           {host, "app"}, clock_);
  }

  testing::FakeClock clock_;
  testing::TempDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "token";
  EntraOptions workload_;
  FakeClient metadata_{{FakeAnswer{200, {}, R"({"access_token":"managed","expires_in":"86399"})"}}};
  FakeClient services_{{FakeAnswer{200, {}, R"({"access_token":"workload","expires_in":3599})"}}};
};

TEST_F(EntraTokenTest, OfAManagedIdentityIsTheMachines) {
  const auto token = get({});

  ASSERT_TRUE(token.ok()) << describe(token.error());
  EXPECT_EQ(*token, "managed");
  EXPECT_EQ(metadata_.urls().at(0),
            "GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01"
            "&resource=https%3A%2F%2Fmanagement.azure.com%2F");
  EXPECT_EQ(metadata_.requests().at(0).headers.find("Metadata"), "true");
  EXPECT_EQ(metadata_.requests().at(0).reach, http::Reach::anywhere);
  EXPECT_EQ(services_.count(), 0U);
}

TEST_F(EntraTokenTest, OfOneOfSeveralManagedIdentitiesNamesIt) {
  ASSERT_TRUE(get({.client_id = "a&b",
                   .resource = "https://containerregistry.azure.net",
                   .metadata_url = "http://127.0.0.1:1/x"})
                  .ok());

  EXPECT_EQ(metadata_.urls().at(0),
            "GET http://127.0.0.1:1/x/metadata/identity/oauth2/token?api-version=2018-02-01"
            "&resource=https%3A%2F%2Fcontainerregistry.azure.net%2F&client_id=a%26b");
}

TEST_F(EntraTokenTest, OfAWorkloadIsExchangedForItsServiceAccounts) {
  const auto token = get(workload_);

  ASSERT_TRUE(token.ok()) << describe(token.error());
  EXPECT_EQ(*token, "workload");
  EXPECT_EQ(services_.urls().at(0),
            "POST https://login.microsoftonline.com/tenant/oauth2/v2.0/token");
  EXPECT_EQ(services_.requests().at(0).body,
            "grant_type=client_credentials&client_id=client"
            "&scope=https%3A%2F%2Fmanagement.azure.com%2F.default"
            "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type"
            "%3Ajwt-bearer&client_assertion=eyJ.sa.token");
  EXPECT_EQ(services_.requests().at(0).reach, http::Reach::public_only);
  EXPECT_EQ(metadata_.count(), 0U);
}

TEST_F(EntraTokenTest, OfAWorkloadGoesToTheAuthorityThatIsWritten) {
  workload_.authority = "http://127.0.0.1:1/";
  workload_.tenant = "../x";
  ASSERT_TRUE(get(workload_).ok());

  EXPECT_EQ(services_.urls().at(0), "POST http://127.0.0.1:1/..%2Fx/oauth2/v2.0/token");
  EXPECT_EQ(services_.requests().at(0).reach, http::Reach::anywhere);
}

TEST_F(EntraTokenTest, IsOfTheRegistrysCloud) {
  ASSERT_TRUE(get(workload_, "n.azurecr.cn").ok());
  ASSERT_TRUE(get(workload_, "n.azurecr.us").ok());
  ASSERT_TRUE(get({}, "n.azurecr.us").ok());

  EXPECT_EQ(services_.requests().at(0).url.host, "login.chinacloudapi.cn");
  EXPECT_EQ(services_.requests().at(1).url.host, "login.microsoftonline.us");
  EXPECT_NE(metadata_.urls().at(0).find("management.usgovcloudapi.net"), std::string::npos);
}

TEST_F(EntraTokenTest, NeedsATokenInItsFile) {
  std::ofstream(file_) << "two words";
  EXPECT_EQ(describe(get(workload_).error()), "invalid: " + file_.string() + " has no token");
  std::ofstream(file_) << "";
  EXPECT_EQ(get(workload_).error().code, Errc::invalid);
  std::filesystem::remove(file_);
  EXPECT_EQ(get(workload_).error().code, Errc::not_found);

  EXPECT_EQ(services_.count(), 0U);
}

TEST_F(EntraTokenTest, IsNotJustAnything) {
  for (const char* body : {"{}", R"({"access_token":"a b"})", R"({"access_token":1})"}) {
    FakeClient metadata({FakeAnswer{200, {}, body}});
    const auto token = get_entra_token({}, *azure_cloud_of("n.azurecr.io"), metadata, services_,
                                       {"n.azurecr.io", "app"}, clock_);
    EXPECT_EQ(describe(token.error()), "upstream_down: 169.254.169.254: no usable token");
  }
}

TEST(AzureCloud, IsKnownByItsRegistries) {
  EXPECT_EQ(azure_cloud_of("name.azurecr.io")->resource, "https://management.azure.com");
  EXPECT_EQ(azure_cloud_of("name.azurecr.us")->resource, "https://management.usgovcloudapi.net");
  for (const char* host : {"", ".azurecr.io", "azurecr.io", "name.azurecr.io.evil.example",
                           "nameazurecr.io", "name.azurecr.io:443", "name.azurecr.com"}) {
    EXPECT_EQ(azure_cloud_of(host), std::nullopt) << host;
  }
}

TEST(EntraOptions, AreCompletedFromTheEnvironment) {
  for (const char* name : {"AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE"}) {
    ASSERT_EQ(::setenv(name, "of-environment", 1), 0);
  }
  const auto options = with_environment({.kind = Kind::workload, .tenant = "written"});

  EXPECT_EQ(options.client_id, "of-environment");
  EXPECT_EQ(options.tenant, "written");
  EXPECT_EQ(options.token_file, "of-environment");
  EXPECT_EQ(options.authority, "");
  EXPECT_TRUE(check(options).ok());
}

TEST(EntraOptions, AreCheckedForWhatIsMissing) {
  const EntraOptions workload{.kind = Kind::workload, .client_id = "c", .tenant = "t"};
  EXPECT_EQ(describe(check({.kind = Kind::workload}).error()), "invalid: acr: no client id");
  EXPECT_EQ(describe(check({.kind = Kind::workload, .client_id = "c"}).error()),
            "invalid: acr: no tenant");
  EXPECT_EQ(describe(check(workload).error()), "invalid: acr: no token file");
  EXPECT_TRUE(check({}).ok());
  EXPECT_FALSE(check({.metadata_url = "169.254.169.254"}).ok());
}

}  // namespace
}  // namespace larder::auth
