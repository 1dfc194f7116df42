#include "daemon/auth/tokens/jwks_source.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/fake_client.h"
#include "tests/support/temp_directory.h"

namespace larder::tokens {
namespace {

using testing::FakeAnswer;
using testing::FakeClient;

constexpr const char* kIssuer = "https://issuer.example/cluster";

std::string discovery(const std::string& issuer, const std::string& jwks_uri) {
  return R"({"issuer":")" + issuer + R"(","jwks_uri":")" + jwks_uri + R"("})";
}

FakeAnswer ok(const std::string& body) {
  FakeAnswer answer;
  answer.body = body;
  return answer;
}

Result<std::string> fetch(FakeClient& client, HttpJwksOptions options) {
  if (options.issuer.empty()) options.issuer = kIssuer;
  auto source = HttpJwks::create(options, client);
  EXPECT_TRUE(source.ok());
  return (*source)->fetch(std::chrono::steady_clock::now() + std::chrono::seconds(5));
}

TEST(FileJwks, IsTheFilesContent) {
  const testing::TempDirectory directory;
  std::ofstream(directory.path() / "jwks") << "{}";

  EXPECT_EQ(*FileJwks(directory.path() / "jwks").fetch({}), "{}");
  EXPECT_EQ(FileJwks(directory.path() / "none").fetch({}).error().code, Errc::not_found);
}

TEST(HttpJwks, AreFoundByDiscovery) {
  FakeClient client({ok(discovery(kIssuer, "https://keys.example/jwks")), ok("keys")});

  EXPECT_EQ(*fetch(client, {}), "keys");
  EXPECT_EQ(client.urls(),
            (std::vector<std::string>{
                "GET https://issuer.example/cluster/.well-known/openid-configuration",
                "GET https://keys.example/jwks"}));
}

TEST(HttpJwks, AreHadFromWhereTheOperatorSays) {
  FakeClient direct({ok("keys")});
  HttpJwksOptions options;
  options.jwks_url = "https://kubernetes.default.svc/openid/v1/jwks";
  EXPECT_EQ(*fetch(direct, options), "keys");
  EXPECT_EQ(direct.urls(),
            std::vector<std::string>{"GET https://kubernetes.default.svc/openid/v1/jwks"});

  FakeClient elsewhere({ok(discovery(kIssuer, "https://10.0.0.1/jwks")), ok("keys")});
  HttpJwksOptions other;
  other.discovery_url = "https://10.0.0.1/.well-known/openid-configuration";
  EXPECT_EQ(*fetch(elsewhere, other), "keys");
  EXPECT_EQ(elsewhere.requests().back().reach, http::Reach::anywhere);
}

TEST(HttpJwks, BringTheBearerTokenToTheWrittenHostOnly) {
  const testing::TempDirectory directory;
  HttpJwksOptions options;
  options.bearer_token_file = directory.path() / "token";
  std::ofstream(options.bearer_token_file) << "secret\n";
  FakeClient own({ok(discovery(kIssuer, "https://issuer.example/jwks")), ok("keys")});
  FakeClient other({ok(discovery(kIssuer, "https://keys.example/jwks")), ok("keys")});

  ASSERT_TRUE(fetch(own, options).ok());
  ASSERT_TRUE(fetch(other, options).ok());

  EXPECT_EQ(own.authorizations(), (std::vector<std::string>{"Bearer secret", "Bearer secret"}));
  EXPECT_EQ(other.authorizations(), (std::vector<std::string>{"Bearer secret", "(none)"}));
  EXPECT_EQ(other.requests().back().reach, http::Reach::public_only);
}

TEST(HttpJwks, AreNotAskedForWithoutTheBearerTokenTheyNeed) {
  HttpJwksOptions options;
  options.bearer_token_file = "/nonexistent/token";
  FakeClient client({ok("keys")});

  EXPECT_EQ(fetch(client, options).error().code, Errc::not_found);
  EXPECT_EQ(client.count(), 0U);
}

TEST(HttpJwks, RefuseDocumentsOfOthers) {
  for (const std::string& document :
       {discovery("https://issuer.example/cluster/", "https://keys.example/jwks"),
        discovery("https://evil.example", "https://keys.example/jwks"),
        discovery(kIssuer, "http://keys.example/jwks"), discovery(kIssuer, "file:///etc/passwd"),
        discovery(kIssuer, ""), std::string("{}"), std::string("<html>"),
        R"({"issuer":")" + std::string(kIssuer) + R"(","issuer":"x","jwks_uri":"https://k/j"})"}) {
    FakeClient client({ok(document), ok("keys")});

    EXPECT_FALSE(fetch(client, {}).ok()) << document;
    EXPECT_EQ(client.count(), 1U) << document;
  }
}

TEST(HttpJwks, RefuseStatusesAndHugeBodies) {
  FakeAnswer denied;
  denied.status = 403;
  FakeClient refusing({denied});
  FakeClient huge({ok(std::string(300 * 1024, 'x'))});

  const auto refused = fetch(refusing, {});
  EXPECT_EQ(refused.error().code, Errc::upstream_down);
  EXPECT_NE(refused.error().context.find("status 403"), std::string::npos);
  EXPECT_EQ(fetch(huge, {}).error().code, Errc::upstream_down);
}

TEST(HttpJwks, AreNotConfiguredOverPlainHttpForAnHttpsIssuer) {
  FakeClient client({ok("keys")});
  HttpJwksOptions options;
  options.issuer = kIssuer;
  options.jwks_url = "http://issuer.example/jwks";
  EXPECT_FALSE(HttpJwks::create(options, client).ok());

  options.jwks_url = "not a url";
  EXPECT_FALSE(HttpJwks::create(options, client).ok());

  options.issuer = "http://127.0.0.1:1";
  options.jwks_url.clear();
  EXPECT_TRUE(HttpJwks::create(options, client).ok());
}

}  // namespace
}  // namespace larder::tokens
