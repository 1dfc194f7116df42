// The token endpoint as docker, containerd, skopeo and generic OAuth clients use it.
#include "daemon/auth/tokens/token_service.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>

#include "daemon/auth/encoding.h"
#include "daemon/auth/tokens/token_replies.h"
#include "tests/unit/daemon/auth/tokens/token_service_fixture.h"

namespace larder::tokens {
namespace {

using std::chrono::seconds;
using TokenServiceTest = TokenServiceFixture;

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
  IdentityTokens identities(verifier_, nullptr, /*takes_anonymous=*/false);
  options_.identities = &identities;
  const Subject subject{.kind = Subject::Kind::certificate, .name = "web", .realm = "r1"};
  const auto basic = [](const std::string& password) {
    return "Basic " + auth::base64("AWS:" + password);
  };

  const std::string query = "scope=repository:a:pull&offline_token=true";
  const auto identity = basic(issuer_.identity_token(subject)->token);
  const auto response = get_with_certificate(query, identity);

  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(claims_in(response).subject.name, "web");
  EXPECT_EQ(claims_in(response).subject.realm, "r1");
  EXPECT_EQ(claims_in(response).access.size(), 1U);
  EXPECT_FALSE(body_of(response).contains("refresh_token"));
  EXPECT_EQ(get("", identity).status, 401) << "no authority vouches for it there";
  EXPECT_EQ(get("", basic(issuer_.access_token(subject, {})->token)).status, 401);
}

// As tenants are: whatever they show is tried at the image's upstream.
class CredulousPasswords final : public PasswordChecker {
 public:
  Result<Subject> check(const PasswordQuestion& question) override {
    shown.push_back(question.password);
    return Subject{.kind = Subject::Kind::tenant, .name = "somebody"};
  }
  std::optional<std::string> stamp(const std::string&) override { return std::nullopt; }

  std::vector<std::string> shown;
};

class OwnTokensAsPasswords : public TokenServiceFixture {
 protected:
  // The status at a listener for tenants, or of another fleet.
  int status_for(const std::string& password, const std::string& username = "AWS") {
    TokenService tenants({.anonymous = true, .passwords = &passwords_handed_on_}, issuer_,
                         verifier_, decider_, observer_);
    http::Request request{"GET", "/token?scope=repository:a:pull", {}, "10.0.0.1:1", "node"};
    request.headers.add("Authorization", "Basic " + auth::base64(username + ":" + password));
    return tenants.handle(request).status;
  }
  TokenIssuer named(const std::string& name) {
    auto rules = TokenServiceFixture::rules();
    rules.issuer = name;
    return {rules, *keys_, clock_};
  }

  const Subject web_{.kind = Subject::Kind::certificate, .name = "web", .realm = "r1"};
  const Subject alice_{.kind = Subject::Kind::user, .name = "alice", .stamp = "s"};
  CredulousPasswords passwords_handed_on_;
};

TEST_F(OwnTokensAsPasswords, AreHandedToNobody) {
  for (const auto& token :
       {issuer_.identity_token(web_)->token, named("another").identity_token(web_)->token,
        named("another").refresh_token(alice_)->token, issuer_.refresh_token(alice_)->token,
        issuer_.access_token(alice_, {})->token}) {
    EXPECT_EQ(status_for(token), 401);
    EXPECT_EQ(status_for(token, ""), 401);
  }

  EXPECT_THAT(passwords_handed_on_.shown, ::testing::IsEmpty());
  EXPECT_EQ(observer_.lines.front(),
            "invalid_grant  : a token of Larder's own is no password here");
}

TEST_F(OwnTokensAsPasswords, AreToldFromOthers) {
  EXPECT_EQ(status_for("hunter2"), 200);
  EXPECT_EQ(status_for(workload_token()), 200);
  EXPECT_EQ(status_for(named("another").access_token(alice_, {})->token), 200);

  EXPECT_EQ(passwords_handed_on_.shown.size(), 3U);
}

TEST_F(TokenServiceTest, TellsTheLogWhoGotWhichToken) {
  const auto response = get("scope=repository:a:pull", kAliceBasic);

  EXPECT_EQ(response.admission->subject_kind, "user");
  EXPECT_EQ(response.admission->subject, "alice");
  EXPECT_EQ(response.admission->token_id, claims_in(response).id);
  EXPECT_FALSE(get("", "Basic YWxpY2U6d3Jvbmc=").admission);
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
