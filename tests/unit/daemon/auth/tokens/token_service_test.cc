// The token endpoint as docker, containerd, skopeo and generic OAuth clients use it.
#include "daemon/auth/tokens/token_service.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "daemon/auth/encoding.h"
#include "daemon/auth/tokens/password_file.h"
#include "daemon/auth/tokens/strict_json.h"
#include "daemon/auth/tokens/token_replies.h"
#include "tests/support/fake_clock.h"
#include "tests/support/jwt_forge.h"
#include "tests/support/temp_directory.h"

namespace larder::tokens {
namespace {

using nlohmann::json;
using std::chrono::seconds;

constexpr const char* kAliceBasic = "Basic YWxpY2U6VSpV";  // alice:U*U
constexpr const char* kAliceLine =
    "alice:$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n";
constexpr const char* kOtherLine =
    "alice:$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK\n";

// Allows everybody to pull, and alice to push.
class PullDecider final : public AccessDecider {
 public:
  bool may(const AccessQuestion& question) const override {
    if (question.name == "secret/app") return false;
    return question.action == "pull" ||
           (question.action == "push" && question.subject.name == "alice");
  }
};

class RecordingTokens final : public TokenObserver {
 public:
  void token_asked(const TokenEvent& event) override {
    lines.push_back(std::string(event.outcome) + " " + std::string(event.subject_kind) + " " +
                    std::string(event.subject) + ": " + std::string(event.cause));
  }
  std::vector<std::string> lines;
};

class StaticJwks final : public JwksSource {
 public:
  explicit StaticJwks(Result<std::string> document) : document_(std::move(document)) {}
  Result<std::string> fetch(MonoTime) override { return document_; }

 private:
  const Result<std::string> document_;
};

json body_of(const http::Response& response) {
  return json::parse(std::get<std::string>(response.body));
}

class TokenServiceTest : public ::testing::Test {
 protected:
  TokenServiceTest() { write_users(kAliceLine); }

  static TokenRules rules() {
    TokenRules rules;
    rules.issuer = "larder";
    rules.service = "node-mirror";
    return rules;
  }
  static OidcRules oidc() {
    OidcRules rules;
    rules.name = "cluster";
    rules.issuer = "https://oidc.example";
    rules.audiences = {"node-mirror"};
    return rules;
  }
  void write_users(const std::string& lines) {
    const auto next = directory_.path() / "next";
    std::ofstream(next) << lines;
    std::filesystem::rename(next, directory_.path() / "htpasswd");
  }
  TokenService& service() {
    if (service_ == nullptr) {
      passwords_ = std::move(*PasswordFile::open({directory_.path() / "htpasswd"}, clock_));
      options_.passwords = passwords_.get();
      options_.issuers = &issuers_;
      service_ = std::make_unique<TokenService>(options_, issuer_, verifier_, decider_, observer_);
    }
    return *service_;
  }
  http::Response get(const std::string& query, const std::string& authorization = {}) {
    http::Request request{"GET", "/token?" + query, {}, "10.0.0.1:1000", "node"};
    if (!authorization.empty()) request.headers.add("Authorization", authorization);
    return service().handle(request);
  }
  http::Response get_with_certificate(const std::string& query,
                                      const std::string& authorization = {},
                                      std::optional<WallTime> expires = {}) {
    http::Request request{"GET", "/token?" + query, {}, "10.0.0.1:1000", "node"};
    if (!authorization.empty()) request.headers.add("Authorization", authorization);
    const auto end = expires.value_or(clock_.wall() + seconds(100));
    request.tls = std::make_shared<http::TlsPeer>(
        http::TlsPeer{"", http::PeerCertificate{"web.test", {"DNS:web.test"}, end}});
    return service().handle(request);
  }
  http::Response post(const std::string& body) {
    http::Request request{"POST", "/token", {}, "10.0.0.1:1000", "node", body};
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    return service().handle(request);
  }
  OwnClaims claims_in(const http::Response& response) {
    const auto verified = verifier_.verify(body_of(response)["access_token"].get<std::string>());
    EXPECT_TRUE(verified.ok());
    return verified ? **verified : OwnClaims();
  }
  std::string workload_token(int life = 3600) const {
    const auto now = std::chrono::floor<seconds>(clock_.wall()).time_since_epoch().count();
    return forge_.token(R"({"iss":"https://oidc.example","aud":"node-mirror","sub":"web","exp":)" +
                        std::to_string(now + life) + "}");
  }

  testing::TempDirectory directory_;
  testing::FakeClock clock_;
  const testing::JwtForge forge_{"ES256", "k1"};
  StaticJwks source_{forge_.jwks()};
  IssuerKeys issuer_keys_{{}, source_, clock_};
  OidcIssuer oidc_{oidc(), issuer_keys_, clock_};
  OidcIssuers issuers_{{&oidc_}};
  std::unique_ptr<SigningKeys> keys_ =
      *SigningKeys::open({directory_.path() / "keys.json"}, clock_);
  TokenIssuer issuer_{rules(), *keys_, clock_};
  TokenVerifier verifier_{rules(), *keys_, clock_};
  PullDecider decider_;
  RecordingTokens observer_;
  TokenServiceOptions options_;
  std::unique_ptr<PasswordFile> passwords_;
  std::unique_ptr<TokenService> service_;
};

TEST_F(TokenServiceTest, AnswersAGetAsDockerWantsIt) {
  const auto response = get("service=node-mirror&scope=repository:team/app:pull,push", kAliceBasic);

  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.find("Content-Type"), "application/json");
  EXPECT_EQ(response.headers.find("Cache-Control"), "no-store");
  const auto body = body_of(response);
  EXPECT_EQ(body["token"], body["access_token"]);
  EXPECT_EQ(body["expires_in"], 300);
  EXPECT_FALSE(body.contains("refresh_token"));
  EXPECT_TRUE(body["issued_at"].get<std::string>().ends_with("Z"));
  EXPECT_EQ(claims_in(response).subject.name, "alice");
  EXPECT_EQ(scope_text(claims_in(response).access), "repository:team/app:pull,push");
}

TEST_F(TokenServiceTest, AnswersAPostAsContainerdWantsIt) {
  const auto response = post(
      "client_id=containerd-client&grant_type=password&service=node-mirror&username=alice"
      "&password=U%2AU&scope=repository%3Aa%3Apull+repository%3Ab%3Apull");

  ASSERT_EQ(response.status, 200);
  const auto body = body_of(response);
  EXPECT_EQ(body["scope"], "repository:a:pull repository:b:pull");
  EXPECT_EQ(body["token_type"], "Bearer");
  EXPECT_FALSE(body.contains("token"));
}

TEST_F(TokenServiceTest, LeavesOutWhatIsNotAllowedSilently) {
  const auto response =
      get("scope=repository:secret/app:pull&scope=repository:team/app:pull,delete", kAliceBasic);

  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(scope_text(claims_in(response).access), "repository:team/app:pull");
  EXPECT_EQ(get("scope=repository:secret/app:pull", kAliceBasic).status, 200);
}

TEST_F(TokenServiceTest, RefusesWrongCredentials) {
  const auto by_get = get("service=node-mirror", "Basic YWxpY2U6d3Jvbmc=");
  const auto by_post = post("grant_type=password&username=alice&password=wrong");

  EXPECT_EQ(by_get.status, 401);
  EXPECT_EQ(by_get.headers.find("WWW-Authenticate"), R"(Basic realm="node-mirror")");
  EXPECT_EQ(body_of(by_get)["errors"][0]["code"], "UNAUTHORIZED");
  EXPECT_EQ(by_post.status, 400);
  EXPECT_EQ(body_of(by_post)["error"], "invalid_grant");
  EXPECT_EQ(body_of(by_post)["error_description"], "authentication failed");
  EXPECT_EQ(by_post.headers.find("Cache-Control"), "no-store");
  EXPECT_EQ(observer_.lines.back(), "invalid_grant  : wrong username or password");
}

TEST_F(TokenServiceTest, RefusesWhoProvesNothingUnlessAnonymousIsAllowed) {
  EXPECT_EQ(get("scope=repository:a:pull").status, 401);
}

TEST_F(TokenServiceTest, GivesAnonymousTokensWhereTheyAreAllowed) {
  options_.anonymous = true;
  const auto response = get("scope=repository:a:pull,push&offline_token=true");

  ASSERT_EQ(response.status, 200);
  EXPECT_FALSE(body_of(response).contains("refresh_token"));
  EXPECT_EQ(claims_in(response).subject, Subject());
  EXPECT_EQ(scope_text(claims_in(response).access), "repository:a:pull");
  EXPECT_EQ(get("", "Basic YWxpY2U6d3Jvbmc=").status, 401);
}

TEST_F(TokenServiceTest, RefusesOtherServices) {
  EXPECT_EQ(get("service=other", kAliceBasic).status, 400);
  const auto exchange = post(
      "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&audience=other&subject_token=" +
      workload_token() + "&subject_token_type=urn:ietf:params:oauth:token-type:jwt");

  EXPECT_EQ(exchange.status, 400);
  EXPECT_EQ(body_of(exchange)["error"], "invalid_target");
}

TEST_F(TokenServiceTest, TellsBadRequestsInBothForms) {
  EXPECT_EQ(body_of(get("scope=nonsense"))["errors"][0]["code"], "UNSUPPORTED");
  EXPECT_EQ(get("scope=nonsense").status, 400);
  EXPECT_EQ(body_of(post("grant_type=x"))["error"], "unsupported_grant_type");
  EXPECT_EQ(post("grant_type=x").status, 400);
}

TEST_F(TokenServiceTest, KnowsThreeMethods) {
  http::Request request{"PUT", "/token", {}, "10.0.0.1:1000", "node"};
  const auto response = service().handle(request);
  request.method = "HEAD";

  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.headers.find("Allow"), "GET, HEAD, POST");
  EXPECT_EQ(service().handle(request).status, 401);
}

TEST_F(TokenServiceTest, TakesAServiceAccountTokenAsAPassword) {
  const auto response = post("grant_type=password&username=any&password=" + workload_token(120) +
                             "&scope=repository:a:pull");

  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(claims_in(response).subject.name, "web");
  EXPECT_LE(body_of(response)["expires_in"], 120);
  EXPECT_EQ(passwords_->checks(), 0U);
}

TEST_F(TokenServiceTest, TriesATokenOfAnotherIssuerAsAPassword) {
  const auto foreign = forge_.token(R"({"iss":"https://registry.example","aud":"x","sub":"y"})");
  const auto stale = workload_token(-900);

  EXPECT_EQ(post("grant_type=password&username=alice&password=" + foreign).status, 400);
  EXPECT_EQ(passwords_->checks(), 1U);
  EXPECT_EQ(post("grant_type=password&username=alice&password=" + stale).status, 400);
  EXPECT_EQ(passwords_->checks(), 1U);
}

TEST_F(TokenServiceTest, ExchangesTokens) {
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

TEST_F(TokenServiceTest, TellsAnExchangeWhyItsTokenIsRefused) {
  const auto response = post(
      "grant_type=urn:ietf:params:oauth:grant-type:token-exchange"
      "&subject_token_type=urn:ietf:params:oauth:token-type:jwt&subject_token=" +
      workload_token(-120));

  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(body_of(response)["error"], "invalid_request");
  EXPECT_EQ(body_of(response)["error_description"], "token: expired");
}

TEST_F(TokenServiceTest, IsUnavailableWhileAnIssuersKeysAre) {
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

TEST_F(TokenServiceTest, TakesAClientCertificate) {
  options_.certificates = true;

  const auto response = get_with_certificate("scope=repository:a:pull&offline_token=true");

  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(claims_in(response).subject.kind, Subject::Kind::certificate);
  EXPECT_LE(body_of(response)["expires_in"], 100);
  EXPECT_FALSE(body_of(response).contains("refresh_token"));
}

TEST_F(TokenServiceTest, PrefersCredentialsToACertificate) {
  options_.certificates = true;

  EXPECT_EQ(get_with_certificate("", "Basic YWxpY2U6d3Jvbmc=").status, 401);
  EXPECT_EQ(claims_in(get_with_certificate("", kAliceBasic)).subject.kind, Subject::Kind::user);
}

TEST_F(TokenServiceTest, RefusesACertificateThatHasEndedOnItsConnection) {
  options_.certificates = true;
  clock_.advance(seconds(101));

  EXPECT_EQ(get_with_certificate("", "", clock_.wall() - seconds(1)).status, 401);
}

TEST_F(TokenServiceTest, TakesNoCertificateUnlessToldTo) {
  EXPECT_EQ(get_with_certificate("").status, 401);

  options_.anonymous = true;
  service_ = nullptr;
  EXPECT_EQ(claims_in(get_with_certificate("")).subject.kind, Subject::Kind::anonymous);
}

TEST_F(TokenServiceTest, TakesAnIdentityTokenAsAPassword) {
  IdentityTokens identities(verifier_, nullptr);
  options_.identities = &identities;
  const Subject subject{.kind = Subject::Kind::certificate, .name = "web"};
  const auto basic = [](const std::string& password) {
    return "Basic " + auth::base64("AWS:" + password);
  };

  const auto response = get("scope=repository:a:pull&offline_token=true",
                            basic(issuer_.identity_token(subject)->token));

  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(claims_in(response).subject.name, "web");
  EXPECT_EQ(claims_in(response).access.size(), 1U);
  EXPECT_FALSE(body_of(response).contains("refresh_token"));
  EXPECT_EQ(get("", basic(issuer_.access_token(subject, {})->token)).status, 401);
}

class RefreshTest : public TokenServiceTest {
 protected:
  std::string refresh_token() {
    const auto response = get("offline_token=true&scope=repository:a:pull", kAliceBasic);
    return body_of(response)["refresh_token"].get<std::string>();
  }
  http::Response refresh(const std::string& token) {
    return post(
        "grant_type=refresh_token&service=node-mirror&scope=repository:b:pull"
        "&refresh_token=" +
        token);
  }
};

TEST_F(RefreshTest, GivesTokensForTheSameSubject) {
  const std::string token = refresh_token();
  clock_.advance(std::chrono::hours(2));

  const auto response = refresh(token);

  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(claims_in(response).subject.name, "alice");
  EXPECT_EQ(scope_text(claims_in(response).access), "repository:b:pull");
  EXPECT_EQ(body_of(response)["refresh_token"], token);
}

TEST_F(RefreshTest, EndsWithItsLife) {
  const std::string token = refresh_token();
  clock_.advance(std::chrono::hours(24));

  EXPECT_EQ(body_of(refresh(token))["error"], "invalid_grant");
}

TEST_F(RefreshTest, EndsWhenTheUserGoesOrHasAnotherPassword) {
  const std::string token = refresh_token();
  write_users(kOtherLine);
  clock_.advance(seconds(2));
  EXPECT_EQ(refresh(token).status, 400);

  write_users(std::string(kAliceLine).replace(0, 5, "bobby"));
  clock_.advance(seconds(2));
  EXPECT_EQ(refresh(token).status, 400);

  write_users(kAliceLine);
  clock_.advance(seconds(2));
  EXPECT_EQ(refresh(token).status, 200);
}

TEST_F(RefreshTest, TakesNoAccessToken) {
  const auto access = body_of(get("", kAliceBasic))["token"].get<std::string>();

  EXPECT_EQ(refresh(access).status, 400);
  EXPECT_FALSE(verifier_.verify(refresh_token()).ok());
}

TEST_F(RefreshTest, IsBoundToTheEndOfASubjectToken) {
  const auto first =
      post("grant_type=password&access_type=offline&username=any&password=" + workload_token(600));
  const std::string token = body_of(first)["refresh_token"].get<std::string>();
  clock_.advance(seconds(500));

  const auto second = refresh(token);
  ASSERT_EQ(second.status, 200);
  EXPECT_LE(body_of(second)["expires_in"], 100);
  clock_.advance(seconds(100));
  EXPECT_EQ(refresh(token).status, 400);
}

TEST_F(TokenServiceTest, TellsItsObserverNothingSecret) {
  get("", kAliceBasic);
  get("", "Basic YWxpY2U6d3Jvbmc=");
  post("grant_type=password&username=alice&password=wrong");
  post("grant_type=password&username=any&password=" + workload_token(-900));

  for (const auto& line : observer_.lines) {
    EXPECT_EQ(line.find("U*U"), std::string::npos) << line;
    EXPECT_EQ(line.find("wrong "), line.find("wrong username")) << line;
    EXPECT_EQ(line.find("eyJ"), std::string::npos) << line;
  }
  EXPECT_EQ(observer_.lines.front(), "issued user alice: ");
  EXPECT_EQ(observer_.lines.back(), "invalid_grant  : token: expired");
}

TEST_F(TokenServiceTest, PublishesItsKeys) {
  const auto response = jwks_reply(*keys_->ring());
  const auto certificates = certificates_reply(*keys_->ring());

  EXPECT_EQ(response.headers.find("Content-Type"), "application/jwk-set+json");
  EXPECT_EQ(body_of(response)["keys"].size(), 1U);
  EXPECT_TRUE(std::get<std::string>(certificates.body).starts_with("-----BEGIN CERTIFICATE-----"));
}

}  // namespace
}  // namespace larder::tokens
