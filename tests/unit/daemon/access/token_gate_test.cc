// Who shows a token of ours may have what the token and the policy allow.
#include "daemon/access/token_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "daemon/auth/encoding.h"
#include "daemon/auth/tokens/token_issuer.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/daemon/access/request_to_listener.h"
#include "tests/unit/daemon/registry/registry_fixture.h"

namespace larder::access {
namespace {

using registry::RegistryPath;
using registry::RouteKind;
using ::testing::HasSubstr;
using ::testing::Not;
using tokens::Subject;

// Users called alice may pull, and nobody may list.
constexpr const char* kAlicePulls =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"User":"alice"},)"
    R"("Action":["registry:Pull","registry:Referrers"],"Resource":"reg.test/*"}]})";

class RejectionLines final : public DecisionObserver, public policy::PolicyObserver {
  void policy_decided(const PolicyDecision&) override {}
  void token_rejected(const TokenRejection& rejection) override {
    rejections.push_back(std::string(rejection.subject) + " " + std::string(rejection.resource) +
                         ": " + std::string(rejection.error) + ", " + std::string(rejection.cause));
  }

 public:
  std::vector<std::string> rejections;

 private:
  void policy_reloaded(const std::filesystem::path&, const policy::Policy&) override {}
  void policy_kept(const std::filesystem::path&, const Error&) override {}
};

class TokenGateTest : public testing::RegistryFixture {
 protected:
  ListenerPolicy policy_of(const std::string& text) {
    const auto path = directory_.path() / "policy.json";
    std::ofstream(path) << text;
    return {"node", *policy::PolicyFile::open(path, clock_, observer_), clock_, observer_};
  }
  std::string token_of(const std::string& user, const std::string& action = "pull") {
    const tokens::Subject subject{.kind = tokens::Subject::Kind::user, .name = user};
    return issuer_
        .access_token(subject,
                      {{.type = "repository", .name = "reg.test/app", .actions = {action}}})
        ->token;
  }
  // The status it is refused with; 200: it goes on.
  int ask(registry::AccessGate& gate, const RegistryPath& path, const std::string& token = "") {
    return ask(gate, path, testing::request_to("/", token));
  }
  int ask(registry::AccessGate& gate, const RegistryPath& path, const http::Request& request) {
    registry::Target target{upstreams_.find("reg.test"), path.repository};
    const auto refusal = gate.refuse(request, path, target);
    challenge_ = refusal ? testing::challenge_of(*refusal) : "";
    body_ = refusal ? std::get<std::string>(refusal->body) : "";
    EXPECT_EQ(target.as, nullptr);
    admission_ = target.admission;
    return refusal ? refusal->status : 200;
  }
  // Over TLS, with the certificate of somebody.
  http::Request certified(const std::string& name, const std::string& token = "") const {
    auto request = testing::request_to("/", token);
    request.tls = std::make_shared<http::TlsPeer>(http::TlsPeer{
        "", http::PeerCertificate{name, {}, clock_.wall() + std::chrono::hours(1)}, "r1"});
    return request;
  }
  // Over TLS, at a listener with those authorities.
  static http::Request at_listener_of(const std::string& realm, const std::string& token) {
    auto request = testing::request_to("/", token);
    request.tls = std::make_shared<http::TlsPeer>(http::TlsPeer{"", {}, realm});
    return request;
  }
  static RegistryPath path_to(RouteKind kind, const std::string& repository = "app") {
    return {kind, repository, "7", ""};
  }

  const testing::TempDirectory directory_;
  RejectionLines observer_;
  std::unique_ptr<tokens::SigningKeys> keys_ =
      *tokens::SigningKeys::open({.file = directory_.path() / "keys.json"}, clock_);
  const tokens::TokenRules rules_{.issuer = "larder", .service = "node-mirror"};
  const tokens::TokenIssuer issuer_{rules_, *keys_, clock_};
  tokens::TokenVerifier verifier_{rules_, *keys_, clock_};
  tokens::IdentityTokens identities_{verifier_, nullptr, /*takes_anonymous=*/false};
  const ListenerPolicy policy_ = policy_of(kAlicePulls);
  TokenGate gate_{{verifier_, identities_, policy_, clock_, observer_, "node-mirror"}};
  PolicyGate open_gate_{policy_, clock_};
  const ListenerPolicy everybody_{"node", nullptr, clock_, observer_};
  std::string challenge_;
  std::optional<http::Admission> admission_;
  std::string body_;
};

TEST_F(TokenGateTest, ChallengesForThePullOfWhatIsAskedFor) {
  EXPECT_EQ(ask(gate_, path_to(RouteKind::manifest)), 401);

  EXPECT_EQ(challenge_,
            "Bearer realm=\"http://mirror.test:5050/token\",service=\"node-mirror\","
            "scope=\"repository:reg.test/app:pull\"");
}

TEST_F(TokenGateTest, LetsATokenHaveWhatItNames) {
  const auto token = token_of("alice");

  EXPECT_EQ(ask(gate_, path_to(RouteKind::manifest), token), 200);
  EXPECT_EQ(ask(gate_, path_to(RouteKind::blob), token), 200);
  EXPECT_EQ(ask(gate_, path_to(RouteKind::referrers), token), 200);
}

TEST_F(TokenGateTest, WantsATokenForTheRepositoryAndTheAction) {
  EXPECT_EQ(ask(gate_, path_to(RouteKind::blob, "other"), token_of("alice")), 401);
  EXPECT_THAT(challenge_, HasSubstr("scope=\"repository:reg.test/other:pull\""));
  EXPECT_THAT(challenge_, HasSubstr("error=\"insufficient_scope\""));

  EXPECT_EQ(ask(gate_, path_to(RouteKind::blob), token_of("alice", "push")), 401);
}

TEST_F(TokenGateTest, TellsTheLogWhoMayHaveWhatAndWhy) {
  const auto token = token_of("alice");
  const auto id = (*verifier_.verify(token))->id;

  ASSERT_EQ(ask(gate_, path_to(RouteKind::blob), token), 200);
  EXPECT_EQ(admission_->subject_kind, "user");
  EXPECT_EQ(admission_->subject, "alice");
  EXPECT_EQ(admission_->token_id, id);
  EXPECT_EQ(admission_->action, "registry:Pull");
  EXPECT_EQ(admission_->resource, "reg.test/app");
  EXPECT_THAT(admission_->reason, HasSubstr("allowed by "));

  ASSERT_EQ(ask(gate_, path_to(RouteKind::tags), token), 403);
  EXPECT_EQ(admission_->reason, "denied: no statement allows it");
  ASSERT_EQ(ask(gate_, path_to(RouteKind::blob)), 401);
  EXPECT_FALSE(admission_) << "nobody is known";
}

// A policy that has changed since the token was given counts at once.
TEST_F(TokenGateTest, AsksThePolicyAsWellAndDoesNotTellWhy) {
  EXPECT_EQ(ask(gate_, path_to(RouteKind::manifest), token_of("bob")), 403);
  EXPECT_THAT(body_, HasSubstr("\"DENIED\""));
  EXPECT_THAT(body_, Not(HasSubstr("statement")));

  EXPECT_EQ(ask(gate_, path_to(RouteKind::tags), token_of("alice")), 403);
}

// The right to list tags comes in a token that says "pull", as clients ask for it.
TEST_F(TokenGateTest, GivesATokenForListingNoMoreThanTheList) {
  const auto policy =
      policy_of(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",)"
                R"("Action":"registry:List","Resource":"*"}]})");
  TokenGate gate({verifier_, identities_, policy, clock_, observer_, "node-mirror"});
  const tokens::Subject bob{.kind = tokens::Subject::Kind::user, .name = "bob"};

  EXPECT_TRUE(policy.may({bob, "repository", "reg.test/app", "pull", "node", "unix"}));
  EXPECT_EQ(ask(gate, path_to(RouteKind::tags), token_of("bob")), 200);
  EXPECT_EQ(ask(gate, path_to(RouteKind::manifest), token_of("bob")), 403);
  EXPECT_EQ(ask(gate, path_to(RouteKind::referrers), token_of("bob")), 403);
}

TEST_F(TokenGateTest, RefusesWhatIsNoTokenOfOurs) {
  for (const char* token : {"x", "a.b.c", " "}) {
    EXPECT_EQ(ask(gate_, path_to(RouteKind::blob), token), 401) << token;
    EXPECT_THAT(challenge_, HasSubstr("error=\"invalid_token\"")) << token;
  }
}

TEST_F(TokenGateTest, RefusesTokensOfOtherListenersAndOldOnes) {
  const tokens::TokenIssuer other({.issuer = "larder", .service = "node-mirror-tenant"}, *keys_,
                                  clock_);
  EXPECT_EQ(ask(gate_, path_to(RouteKind::blob), other.access_token({}, {})->token), 401);
  EXPECT_THAT(challenge_, HasSubstr("error=\"invalid_token\""));

  const auto token = token_of("alice");
  clock_.advance(std::chrono::minutes(10));
  EXPECT_EQ(ask(gate_, path_to(RouteKind::blob), token), 401);
}

TEST_F(TokenGateTest, TellsWhyATokenDoesNotDo) {
  (void)ask(gate_, path_to(RouteKind::blob), "x");
  (void)ask(gate_, path_to(RouteKind::blob, "other"), token_of("alice"));
  (void)gate_.refuse_ping(testing::request_to("/v2/", "x"));
  (void)ask(gate_, path_to(RouteKind::blob));

  EXPECT_THAT(
      observer_.rejections,
      ::testing::ElementsAre(" reg.test/app: invalid_token, token: not three parts",
                             "alice reg.test/other: insufficient_scope, the token is not for it",
                             " : invalid_token, token: not three parts"));
}

// A tenant has shown something that nobody has checked yet.
TEST_F(TokenGateTest, TakesNoTenantForSomebodyProven) {
  const tokens::Subject tenant{.kind = tokens::Subject::Kind::tenant, .name = "alice"};
  const auto token =
      issuer_
          .access_token(tenant,
                        {{.type = "repository", .name = "reg.test/app", .actions = {"pull"}}})
          ->token;
  TokenGate gate({verifier_, identities_, everybody_, clock_, observer_, "node-mirror"});

  EXPECT_EQ(ask(gate, path_to(RouteKind::blob), token), 401);
  EXPECT_THAT(challenge_, HasSubstr("error=\"invalid_token\""));
  EXPECT_TRUE(gate.refuse_ping(testing::request_to("/v2/", token)).has_value());
}

TEST_F(TokenGateTest, WantsAnyGoodTokenForAPing) {
  EXPECT_FALSE(gate_.refuse_ping(testing::request_to("/v2/", token_of("bob"))).has_value());

  EXPECT_EQ(testing::challenge_of(*gate_.refuse_ping(testing::request_to("/v2/"))),
            "Bearer realm=\"http://mirror.test:5050/token\",service=\"node-mirror\"");
  EXPECT_THAT(testing::challenge_of(*gate_.refuse_ping(testing::request_to("/v2/", "x"))),
              HasSubstr("error=\"invalid_token\""));
}

// Nodes with certificates may pull, over TLS only; users called alice as above.
constexpr const char* kNodesPull =
    R"({"Version":"2012-10-17","Statement":[)"
    R"({"Effect":"Allow","Principal":{"Certificate":"node-*"},)"
    R"("Action":"registry:Pull","Resource":"reg.test/app",)"
    R"("Condition":{"Bool":{"registry:SecureTransport":true}}},)"
    R"({"Effect":"Allow","Principal":{"User":"alice"},"Action":"registry:*","Resource":"*"}]})";

class CertificateGateTest : public TokenGateTest {
 protected:
  const ListenerPolicy nodes_pull_ = policy_of(kNodesPull);
  TokenGate mixed_{{verifier_, identities_, nodes_pull_, clock_, observer_, "node-mirror",
                    /*has_other_proofs=*/true}};
  TokenGate pure_{{verifier_, identities_, nodes_pull_, clock_, observer_, "node-mirror",
                   /*has_other_proofs=*/false}};
  const Subject node_{.kind = Subject::Kind::certificate, .name = "node-1", .realm = "r1"};
  const RegistryPath blob_ = path_to(RouteKind::blob);
};

TEST_F(CertificateGateTest, LetsACertificateHaveWhatThePolicyAllowsWithoutAToken) {
  EXPECT_EQ(ask(mixed_, blob_, certified("node-1")), 200);
  EXPECT_EQ(ask(pure_, blob_, certified("node-1")), 200);
}

TEST_F(CertificateGateTest, RefusesACertificateWhatThePolicyDoesNotAllow) {
  EXPECT_EQ(ask(pure_, blob_, certified("stranger")), 403);
  EXPECT_EQ(ask(pure_, path_to(RouteKind::blob, "other"), certified("node-1")), 403);
  EXPECT_EQ(ask(pure_, blob_, certified("")), 401) << "it names nobody";
}

// docker and skopeo show a password only to who asks for one.
TEST_F(CertificateGateTest, AsksForMoreWhereSomethingElseIsGoodToo) {
  EXPECT_EQ(ask(mixed_, blob_, certified("stranger")), 401);
  EXPECT_THAT(challenge_, HasSubstr("realm=\"https://mirror.test:5050/token\""));
  EXPECT_THAT(challenge_, Not(HasSubstr("error="))) << "no token was shown";

  EXPECT_EQ(mixed_.refuse_ping(certified("node-1"))->status, 401);
  EXPECT_FALSE(pure_.refuse_ping(certified("node-1")).has_value());
}

TEST_F(CertificateGateTest, PrefersATokenToACertificate) {
  EXPECT_EQ(ask(pure_, path_to(RouteKind::tags), certified("node-1", token_of("alice"))), 200);
  EXPECT_EQ(ask(pure_, blob_, certified("node-1", token_of("bob"))), 403);
  EXPECT_EQ(ask(pure_, blob_, certified("node-1", "x")), 401);
}

TEST_F(CertificateGateTest, TakesNoCertificateBesideOtherCredentials) {
  auto request = certified("node-1");
  request.headers.add("Authorization", "Basic YTpi");

  EXPECT_EQ(ask(pure_, blob_, request), 401);
}

// As docker-credential-ecr-login's clients and Larder itself send what GetAuthorizationToken gave.
TEST_F(CertificateGateTest, TakesAnIdentityTokenAsAPassword) {
  const auto token = issuer_.identity_token(node_);
  auto request = certified("stranger");
  request.headers.add("Authorization", "Basic " + auth::base64("AWS:" + token->token));

  EXPECT_EQ(ask(mixed_, blob_, request), 200);
  EXPECT_FALSE(mixed_.refuse_ping(request).has_value());
  EXPECT_EQ(ask(mixed_, path_to(RouteKind::blob, "other"), request), 403);

  clock_.advance(std::chrono::hours(13));
  EXPECT_EQ(ask(mixed_, blob_, request), 401);
  EXPECT_THAT(challenge_, HasSubstr("error=\"invalid_token\""));
}

// Another listener's authorities may certify anybody as node-1.
TEST_F(CertificateGateTest, TakesACertificatesTokenOnlyWhereItsAuthoritiesCount) {
  const auto token =
      issuer_
          .access_token(node_,
                        {{.type = "repository", .name = "reg.test/app", .actions = {"pull"}}})
          ->token;

  EXPECT_EQ(ask(pure_, blob_, at_listener_of("r1", token)), 200);
  EXPECT_FALSE(pure_.refuse_ping(at_listener_of("r1", token)).has_value());

  for (const auto& request :
       {at_listener_of("r2", token), at_listener_of("", token), testing::request_to("/", token)}) {
    EXPECT_EQ(ask(pure_, blob_, request), 401);
    EXPECT_THAT(challenge_, HasSubstr("error=\"invalid_token\""));
    EXPECT_TRUE(pure_.refuse_ping(request).has_value());
  }
}

TEST_F(CertificateGateTest, TakesNoIdentityTokenOfOtherAuthorities) {
  auto request = at_listener_of("r2", "");
  const auto token = issuer_.identity_token(node_)->token;
  request.headers.add("Authorization", "Basic " + auth::base64("AWS:" + token));

  EXPECT_EQ(ask(pure_, blob_, request), 401);
  EXPECT_THAT(challenge_, HasSubstr("error=\"invalid_token\""));
}

TEST_F(CertificateGateTest, TakesNoIdentityTokenAsAnAccessToken) {
  const auto token = issuer_.identity_token(node_);

  EXPECT_EQ(ask(pure_, blob_, testing::request_to("/", token->token)), 401);
}

TEST_F(CertificateGateTest, TakesNoCertificateThatHasEndedOnItsConnection) {
  const auto request = certified("node-1");
  clock_.advance(std::chrono::hours(2));

  EXPECT_EQ(ask(pure_, blob_, request), 401);
  EXPECT_EQ(pure_.refuse_ping(request)->status, 401);
}

TEST_F(CertificateGateTest, TellsThePolicyOfAnOpenListenerWhoShowsOne) {
  PolicyGate gate(nodes_pull_, clock_);

  EXPECT_EQ(ask(gate, blob_, certified("node-1")), 200);
  EXPECT_EQ(ask(gate, blob_, certified("stranger")), 403);
  EXPECT_EQ(ask(gate, blob_), 403);
}

TEST_F(TokenGateTest, OfAListenerThatAsksNobodyDecidesOverAnonymousOnes) {
  const auto policy =
      policy_of(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",)"
                R"("Action":"registry:Pull","Resource":"reg.test/app"}]})");
  PolicyGate gate(policy, clock_);

  EXPECT_EQ(ask(gate, path_to(RouteKind::blob)), 200);
  EXPECT_EQ(ask(gate, path_to(RouteKind::blob, "other")), 403);
  EXPECT_EQ(ask(gate, path_to(RouteKind::tags)), 403);
  EXPECT_EQ(ask(open_gate_, path_to(RouteKind::blob), token_of("alice")), 403)
      << "a token says nothing where none is asked for";
  EXPECT_FALSE(gate.refuse_ping(testing::request_to("/v2/")).has_value());
}

}  // namespace
}  // namespace larder::access
