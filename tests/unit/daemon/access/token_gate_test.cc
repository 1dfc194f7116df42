// Who shows a token of ours may have what the token and the policy allow.
#include "daemon/access/token_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

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

// Users called alice may pull, and nobody may list.
constexpr const char* kAlicePulls =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"User":"alice"},)"
    R"("Action":["registry:Pull","registry:Referrers"],"Resource":"reg.test/*"}]})";

class SilentObserver final : public DecisionObserver, public policy::PolicyObserver {
  void policy_decided(const PolicyDecision&) override {}
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
    registry::Target target{upstreams_.find("reg.test"), path.repository};
    const auto refusal = gate.refuse(testing::request_to("/", token), path, target);
    challenge_ = refusal ? testing::challenge_of(*refusal) : "";
    body_ = refusal ? std::get<std::string>(refusal->body) : "";
    EXPECT_EQ(target.as, nullptr);
    return refusal ? refusal->status : 200;
  }
  static RegistryPath path_to(RouteKind kind, const std::string& repository = "app") {
    return {kind, repository, "7", ""};
  }

  const testing::TempDirectory directory_;
  SilentObserver observer_;
  std::unique_ptr<tokens::SigningKeys> keys_ =
      *tokens::SigningKeys::open({.file = directory_.path() / "keys.json"}, clock_);
  const tokens::TokenRules rules_{.issuer = "larder", .service = "node-mirror"};
  const tokens::TokenIssuer issuer_{rules_, *keys_, clock_};
  tokens::TokenVerifier verifier_{rules_, *keys_, clock_};
  const ListenerPolicy policy_ = policy_of(kAlicePulls);
  TokenGate gate_{"node-mirror", verifier_, policy_};
  PolicyGate open_gate_{policy_};
  const ListenerPolicy everybody_{"node", nullptr, clock_, observer_};
  std::string challenge_;
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
  TokenGate gate("node-mirror", verifier_, policy);
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

// A tenant has shown something that nobody has checked yet.
TEST_F(TokenGateTest, TakesNoTenantForSomebodyProven) {
  const tokens::Subject tenant{.kind = tokens::Subject::Kind::tenant, .name = "alice"};
  const auto token =
      issuer_
          .access_token(tenant,
                        {{.type = "repository", .name = "reg.test/app", .actions = {"pull"}}})
          ->token;
  TokenGate gate("node-mirror", verifier_, everybody_);

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

TEST_F(TokenGateTest, OfAListenerThatAsksNobodyDecidesOverAnonymousOnes) {
  const auto policy =
      policy_of(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",)"
                R"("Action":"registry:Pull","Resource":"reg.test/app"}]})");
  PolicyGate gate(policy);

  EXPECT_EQ(ask(gate, path_to(RouteKind::blob)), 200);
  EXPECT_EQ(ask(gate, path_to(RouteKind::blob, "other")), 403);
  EXPECT_EQ(ask(gate, path_to(RouteKind::tags)), 403);
  EXPECT_EQ(ask(open_gate_, path_to(RouteKind::blob), token_of("alice")), 403)
      << "a token says nothing where none is asked for";
  EXPECT_FALSE(gate.refuse_ping(testing::request_to("/v2/")).has_value());
}

}  // namespace
}  // namespace larder::access
