// The token endpoint for those who have a token of somebody else's.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/unit/daemon/auth/tokens/token_service_fixture.h"

namespace larder::tokens {
namespace {

using TokenExchangeTest = TokenServiceFixture;

TEST_F(TokenExchangeTest, TakesAServiceAccountTokenAsAPassword) {
  const auto response = post("grant_type=password&username=any&password=" + workload_token(120) +
                             "&scope=repository:a:pull");

  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(claims_in(response).subject.name, "web");
  EXPECT_LE(body_of(response)["expires_in"], 120);
  EXPECT_EQ(passwords_->checks(), 0U);
}

TEST_F(TokenExchangeTest, TriesATokenOfAnotherIssuerAsAPassword) {
  const auto foreign = forge_.token(R"({"iss":"https://registry.example","aud":"x","sub":"y"})");
  const auto stale = workload_token(-900);

  EXPECT_EQ(post("grant_type=password&username=alice&password=" + foreign).status, 400);
  EXPECT_EQ(passwords_->checks(), 1U);
  EXPECT_EQ(post("grant_type=password&username=alice&password=" + stale).status, 400);
  EXPECT_EQ(passwords_->checks(), 1U);
}

TEST_F(TokenExchangeTest, ExchangesTokens) {
  const auto response = post(
      "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&audience=node-mirror"
      "&subject_token_type=urn:ietf:params:oauth:token-type:id_token&scope=repository:a:pull"
      "&subject_token=" +
      workload_token());

  ASSERT_EQ(response.status, 200);
  const auto body = body_of(response);
  EXPECT_EQ(body["issued_token_type"], "urn:ietf:params:oauth:token-type:access_token");
  EXPECT_EQ(body["token_type"], "Bearer");
  EXPECT_EQ(body["scope"], "repository:a:pull");
  EXPECT_EQ(claims_in(response).subject.kind, Subject::Kind::oidc);
}

TEST_F(TokenExchangeTest, TellsAnExchangeWhyItsTokenIsRefused) {
  const auto response = post(
      "grant_type=urn:ietf:params:oauth:grant-type:token-exchange"
      "&subject_token_type=urn:ietf:params:oauth:token-type:jwt&subject_token=" +
      workload_token(-120));

  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(body_of(response)["error"], "invalid_request");
  EXPECT_EQ(body_of(response)["error_description"], "token: expired");
}

TEST_F(TokenExchangeTest, IsUnavailableWhileAnIssuersKeysAre) {
  StaticJwks down(Error{Errc::upstream_down, "oidc.example: refused"});
  IssuerKeys keys({}, down, clock_);
  OidcIssuer issuer(oidc(), keys, clock_);
  OidcIssuers issuers({&issuer});
  options_.issuers = &issuers;
  TokenService service(options_, issuer_, verifier_, decider_, observer_);
  http::Request request{"POST", "/token",
                        {},     "",
                        "",     "grant_type=password&username=any&password=" + workload_token()};
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");

  const auto response = service.handle(request);

  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers.find("Retry-After"), "1");
  EXPECT_EQ(body_of(response)["error"], "temporarily_unavailable");
}

}  // namespace
}  // namespace larder::tokens
