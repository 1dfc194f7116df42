#include "daemon/auth/cloud/acr_credentials.h"

#include <gtest/gtest.h>

#include "tests/support/fake_client.h"
#include "tests/support/fake_clock.h"

namespace larder::auth {
namespace {

using testing::FakeAnswer;
using testing::FakeClient;

// {"exp":1768500000}
constexpr const char* kRefreshToken = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE3Njg1MDAwMDB9.c2ln";

class AcrTest : public ::testing::Test {
 protected:
  Result<std::vector<Credential>> find(const std::string& host, AcrOptions options = {}) {
    auto source = AcrCredentials::create(std::move(options), {metadata_, services_}, clock_);
    if (!source) return source.error();
    return (*source)->credentials({host, "app"});
  }
  void answer(const std::string& refresh_token) { refresh_token_ = refresh_token; }

  testing::FakeClock clock_;
  std::string refresh_token_ = kRefreshToken;
  FakeClient metadata_{{FakeAnswer{200, {}, R"({"access_token":"entra","expires_in":"86399"})"}}};
  FakeClient services_{FakeClient::Answering([this](const http::ClientRequest&) {
    return FakeAnswer{200, {}, R"({"refresh_token":")" + refresh_token_ + "\"}"};
  })};
};

TEST_F(AcrTest, ExchangesTheMachinesTokenForARefreshToken) {
  const auto found = find("name.azurecr.io");

  ASSERT_TRUE(found.ok()) << describe(found.error());
  EXPECT_EQ(*found,
            (std::vector{Credential{.identity_token = kRefreshToken,
                                    .expires = WallTime(std::chrono::seconds(1'768'500'000))}}));
  EXPECT_EQ(services_.urls(),
            std::vector<std::string>{"POST https://name.azurecr.io/oauth2/exchange"});
  EXPECT_EQ(services_.requests().at(0).body,
            "grant_type=access_token&service=name.azurecr.io&access_token=entra");
  EXPECT_EQ(services_.requests().at(0).reach, http::Reach::public_only);
}

TEST_F(AcrTest, NamesTheTenantAndGoesWhereItIsTold) {
  ASSERT_TRUE(
      find("reg.example", {.identity = {.tenant = "t/1"}, .registry_url = "http://127.0.0.1:1"})
          .ok());

  EXPECT_EQ(services_.urls(), std::vector<std::string>{"POST http://127.0.0.1:1/oauth2/exchange"});
  EXPECT_EQ(services_.requests().at(0).body,
            "grant_type=access_token&service=reg.example&tenant=t%2F1&access_token=entra");
  EXPECT_EQ(services_.requests().at(0).reach, http::Reach::anywhere);
}

TEST_F(AcrTest, GivesNoTokenToARegistryThatIsNotAzures) {
  for (const char* host :
       {"quay.io", "azurecr.io", "name.azurecr.io.evil.example", "name.azurecr.io:8443",
        "evil.example/name.azurecr.io", "evil.example?name.azurecr.io",
        "evil.example#name.azurecr.io", "evil.example:443/.azurecr.io"}) {
    const auto found = find(host);
    ASSERT_FALSE(found.ok()) << host;
    EXPECT_TRUE(found.error().code == Errc::denied || found.error().code == Errc::invalid) << host;
  }
  EXPECT_EQ(services_.count(), 0U);
}

TEST_F(AcrTest, BelievesInATokenWithoutAnEndForAnHour) {
  answer("opaque");

  EXPECT_EQ(find("name.azurecr.io")->front().expires, clock_.wall() + std::chrono::hours(1));
}

TEST_F(AcrTest, TakesNoUselessToken) {
  for (const char* token : {"", "two words"}) {
    answer(token);
    EXPECT_EQ(describe(find("name.azurecr.io").error()),
              "upstream_down: acr: refresh token: name.azurecr.io gave none");
  }
}

TEST_F(AcrTest, SaysWhichOfTheTwoRefused) {
  FakeClient refusing({FakeAnswer{400, {}, R"({"error":"invalid_request"})"}});
  const CredentialQuestion question{"name.azurecr.io", "app"};
  auto source = AcrCredentials::create({}, {refusing, services_}, clock_);
  EXPECT_EQ(describe((*source)->credentials(question).error()),
            "denied: acr: Entra ID token: 169.254.169.254: status 400, invalid_request");
  EXPECT_EQ(services_.count(), 0U);

  source = AcrCredentials::create({}, {metadata_, refusing}, clock_);
  EXPECT_EQ(describe((*source)->credentials(question).error()),
            "denied: acr: refresh token: name.azurecr.io: status 400, invalid_request");
}

TEST_F(AcrTest, RefusesOptionsThatMakeNoSense) {
  EXPECT_EQ(find("n.azurecr.io", {.identity = {.kind = EntraOptions::Kind::workload}}).error().code,
            Errc::invalid);
  EXPECT_EQ(find("n.azurecr.io", {.registry_url = "reg.example"}).error().code, Errc::invalid);
}

}  // namespace
}  // namespace larder::auth
