#include "daemon/auth/token_server.h"

#include <gtest/gtest.h>

namespace larder::auth {
namespace {

using namespace std::chrono_literals;

constexpr const char* kPullScope = "repository:team/app:pull";

Result<http::ClientRequest> ask(const Challenge& challenge, const Credential& credential = {}) {
  return token_request(challenge, kPullScope, credential,
                       http::Url::parse("https://reg.example").value());
}

Challenge bearer(std::string realm, std::string service = "", std::string scope = "") {
  return {Challenge::Scheme::bearer, std::move(realm), std::move(service), std::move(scope), ""};
}

TEST(TokenRequest, NamesServiceAndScope) {
  const auto request = ask(bearer("https://auth.reg.example/token", "reg.example"));

  ASSERT_TRUE(request.ok());
  EXPECT_EQ(
      request->url.str(),
      "https://auth.reg.example/token?service=reg.example&scope=repository%3Ateam%2Fapp%3Apull");
  EXPECT_FALSE(request->headers.find("Authorization").has_value());
}

TEST(TokenRequest, ShowsTheClientCertificateToTheEndpointsOwnHostOnly) {
  EXPECT_TRUE(ask(bearer("https://reg.example:8443/token"))->with_certificate);
  EXPECT_FALSE(ask(bearer("https://auth.reg.example/token"))->with_certificate);
}

TEST(TokenRequest, AddsToARealmsOwnQuery) {
  const auto request = ask(bearer("https://reg.example/token?account=%2F", "a b"));

  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->url.target,
            "/token?account=%2F&service=a%20b&scope=repository%3Ateam%2Fapp%3Apull");
}

TEST(TokenRequest, AsksForItsOwnScopeAndTheChallengesOnce) {
  const auto request =
      ask(bearer("https://reg.example/token", "", std::string(kPullScope) + "  aws"));

  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->url.target, "/token?scope=repository%3Ateam%2Fapp%3Apull&scope=aws");
}

struct WantedScope {
  const char* challenged;
  const char* asked;  // besides the pull of the repository
};

class WantedScopes : public ::testing::TestWithParam<WantedScope> {};

TEST_P(WantedScopes, AreAskedForAsFarAsAPullNeedsThem) {
  const auto request = ask(bearer("https://reg.example/token", "", GetParam().challenged));

  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->url.target,
            std::string("/token?scope=repository%3Ateam%2Fapp%3Apull") + GetParam().asked);
}

INSTANTIATE_TEST_SUITE_P(
    Table, WantedScopes,
    ::testing::Values(
        WantedScope{"repository:team/app:pull,push,delete", ""},
        WantedScope{"repository:mirror/app:push,pull", "&scope=repository%3Amirror%2Fapp%3Apull"},
        WantedScope{"repository:reg:5000/app:pull", "&scope=repository%3Areg%3A5000%2Fapp%3Apull"},
        WantedScope{"repository:team/app:push", ""}, WantedScope{"registry:catalog:*", ""},
        WantedScope{"a:b:*", ""}, WantedScope{"aws", "&scope=aws"}));

TEST(TokenRequest, BoundsTheChallengesScopes) {
  std::string scopes;
  for (int i = 0; i < 1000; ++i) scopes += " s" + std::to_string(i);

  const auto request = ask(bearer("https://reg.example/token", "", scopes));

  ASSERT_TRUE(request.ok());
  EXPECT_LT(request->url.target.size(), 200U);
}

TEST(TokenRequest, CarriesTheCredential) {
  const auto request = ask(bearer("https://reg.example/token"), Credential{"user", "pass:word"});

  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->headers.find("Authorization"), "Basic dXNlcjpwYXNzOndvcmQ=");
}

TEST(TokenRequest, MayReachALocalAddressOnlyWhereItIsTheEndpointsOwn) {
  const auto local = http::Url::parse("https://127.0.0.1:5000").value();
  const auto own = token_request(bearer("https://127.0.0.1:5001/token"), kPullScope, {}, local);

  EXPECT_EQ(own->reach, http::Reach::anywhere);
  EXPECT_EQ(ask(bearer("https://reg.example:8443/token"))->reach, http::Reach::public_only);
  EXPECT_EQ(ask(bearer("https://auth.reg.example/token"))->reach, http::Reach::public_only);
}

class BadRealms : public ::testing::TestWithParam<const char*> {};

TEST_P(BadRealms, AreRefusedWithoutTheirQuery) {
  const auto request = ask(bearer(GetParam()), Credential{"user", "password"});

  ASSERT_FALSE(request.ok());
  EXPECT_EQ(request.error().code, Errc::denied);
  EXPECT_EQ(request.error().context.find("secret"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Table, BadRealms,
                         ::testing::Values("", "reg.example", "ftp://reg.example/t",
                                           "https://evil.example/token?x=secret",
                                           "http://reg.example/token?x=secret",
                                           "https://user:secret@reg.example/token"));

struct GoodToken {
  const char* body;
  IssuedToken token;
};

class GoodAnswers : public ::testing::TestWithParam<GoodToken> {};

TEST_P(GoodAnswers, HoldAToken) {
  const auto token = parse_token_answer(GetParam().body);

  ASSERT_TRUE(token.ok()) << describe(token.error());
  EXPECT_EQ(*token, GetParam().token);
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodAnswers,
    ::testing::Values(GoodToken{R"({"token":"T","expires_in":300})", {"T", 300s}},
                      GoodToken{R"({"access_token":"A"})", {"A", 60s}},
                      GoodToken{R"({"token":"T","access_token":"A"})", {"T", 60s}},
                      GoodToken{R"({"token":"","access_token":"A"})", {"A", 60s}},
                      GoodToken{R"({"token":"T","expires_in":0})", {"T", 60s}},
                      GoodToken{R"({"token":"T","expires_in":-5})", {"T", 60s}},
                      GoodToken{R"({"token":"T","expires_in":"300"})", {"T", 60s}},
                      GoodToken{R"({"token":"T","expires_in":1.5})", {"T", 1s}},
                      GoodToken{R"({"token":"T","expires_in":1e300})", {"T", 24h}}));

class BadAnswers : public ::testing::TestWithParam<const char*> {};

TEST_P(BadAnswers, AreToldWithoutTheirContent) {
  const auto token = parse_token_answer(GetParam());

  ASSERT_FALSE(token.ok());
  EXPECT_EQ(token.error().code, Errc::upstream_down);
  EXPECT_EQ(token.error().context.find("secret"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Table, BadAnswers,
                         ::testing::Values("", "secret", "[]", "{}", R"("secret")",
                                           "{\"token\":", R"({"token":5})", R"({"token":null})",
                                           R"({"token":"secret\r\nX: y"})",
                                           R"({"token":"sec ret"})", R"({"token":"\u00e9"})"));

TEST(TokenRequest, SaysThatARealmOverHttpIsNone) {
  EXPECT_EQ(ask(bearer("http://reg.example/token")).error().context,
            "the token realm reg.example is http, and its upstream https");
}

}  // namespace
}  // namespace larder::auth
