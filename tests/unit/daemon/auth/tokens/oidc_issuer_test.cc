// Service account tokens in the exact shape that Kubernetes issues, and other issuers' tokens.
#include "daemon/auth/tokens/oidc_issuer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/jwt_forge.h"

namespace larder::tokens {
namespace {

using testing::JwtForge;

constexpr const char* kCluster = "https://oidc.example/cluster";

class MemoryJwks final : public JwksSource {
 public:
  explicit MemoryJwks(std::string document) : document_(std::move(document)) {}
  Result<std::string> fetch(MonoTime) override {
    ++fetches;
    return document_;
  }
  int fetches = 0;

 private:
  const std::string document_;
};

// Seconds from now as in a claim.
struct Lives {
  int from = 0;
  int to = 3600;
};

class OidcTest : public ::testing::Test {
 protected:
  static OidcRules rules() {
    OidcRules rules;
    rules.name = "cluster";
    rules.issuer = kCluster;
    rules.audiences = {"node-mirror"};
    rules.kubernetes = true;
    rules.node = "n1";
    return rules;
  }
  std::string at(int seconds) const {
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.wall()).time_since_epoch();
    return std::to_string(now.count() + seconds);
  }
  std::string times(Lives lives = {}) const {
    return R"("exp":)" + at(lives.to) + R"(,"iat":)" + at(lives.from) + R"(,"nbf":)" +
           at(lives.from);
  }
  static std::string kubernetes_claim(const std::string& node = "n1") {
    return R"("kubernetes.io":{"namespace":"shop","node":{"name":")" + node +
           R"(","uid":"646e7c5e-32d6-4d42-9dbd-e504e6cbe6b1"},"pod":{"name":"web-7d","uid":)"
           R"("5e0bd49b-f040-43b0-99b7-22765a53f7f3"},"serviceaccount":{"name":"web","uid":)"
           R"("14ee3fa4-a7e2-420f-9f9a-dbc4507c3798"}})";
  }
  std::string payload(const std::string& claims) const {
    return R"({"aud":["node-mirror"],)" + claims + R"(,"iss":")" + kCluster +
           R"(","jti":"a1b2","sub":"system:serviceaccount:shop:web"})";
  }
  std::string good_payload() const { return payload(times() + "," + kubernetes_claim()); }
  // Kubernetes writes no typ.
  std::string signed_by(const JwtForge& forge, const std::string& claims) const {
    return forge.token(R"({"alg":"RS256","kid":")" + forge.kid() + R"("})", claims);
  }
  std::string why_refused(const std::string& token) {
    const auto subject = issuers_.check(token);
    return subject ? "it was taken" : subject.error().context;
  }
  std::string why_refused_by(OidcRules with, const std::string& token) {
    OidcIssuer issuer(std::move(with), keys_, clock_);
    const auto subject = OidcIssuers({&issuer}).check(token);
    return subject ? "it was taken" : subject.error().context;
  }

  testing::FakeClock clock_;
  const JwtForge forge_{"RS256", "key-1"};
  MemoryJwks source_{forge_.jwks()};
  IssuerKeys keys_{{}, source_, clock_};
  OidcIssuer cluster_{rules(), keys_, clock_};
  OidcIssuers issuers_{{&cluster_}};
};

TEST_F(OidcTest, KnowsTheWorkloadBehindAServiceAccountToken) {
  const auto subject = issuers_.check(signed_by(forge_, good_payload()));

  ASSERT_TRUE(subject.ok()) << describe(subject.error());
  EXPECT_EQ(subject->kind, Subject::Kind::service_account);
  EXPECT_EQ(subject->name, "system:serviceaccount:shop:web");
  EXPECT_EQ(subject->issuer, "cluster");
  EXPECT_EQ(subject->namespace_name, "shop");
  EXPECT_EQ(subject->service_account, "web");
  EXPECT_EQ(subject->pod, "web-7d");
  EXPECT_EQ(subject->node, "n1");
  EXPECT_LE(*subject->expires, clock_.wall() + std::chrono::seconds(3600));
}

TEST_F(OidcTest, KnowsAnotherIssuersSubject) {
  OidcRules with = rules();
  with.kubernetes = false;
  OidcIssuer issuer(with, keys_, clock_);
  const auto subject = OidcIssuers({&issuer}).check(forge_.token(payload(times())));

  ASSERT_TRUE(subject.ok()) << describe(subject.error());
  EXPECT_EQ(subject->kind, Subject::Kind::oidc);
  EXPECT_EQ(subject->name, "system:serviceaccount:shop:web");
  EXPECT_EQ(subject->namespace_name, "");
}

TEST_F(OidcTest, KnowsTheGroupsOfAnotherIssuersSubject) {
  OidcRules with = rules();
  with.kubernetes = false;
  OidcIssuer issuer(with, keys_, clock_);
  const std::string groups = R"(,"groups":["dev","ops"])";
  const auto subject = OidcIssuers({&issuer}).check(forge_.token(payload(times() + groups)));
  const auto account =
      issuers_.check(signed_by(forge_, payload(times() + "," + kubernetes_claim() + groups)));

  ASSERT_TRUE(subject.ok() && account.ok());
  EXPECT_EQ(subject->groups, (std::vector<std::string>{"dev", "ops"}));
  EXPECT_TRUE(account->groups.empty());
  EXPECT_EQ(why_refused_by(with, forge_.token(payload(times() + R"(,"groups":[7])"))),
            "token: groups that are not what they have to be");
}

TEST_F(OidcTest, RefusesTokensOfOtherTimes) {
  EXPECT_EQ(why_refused(signed_by(forge_, payload(times({-3700, -60}) + "," + kubernetes_claim()))),
            "token: expired");
  EXPECT_EQ(why_refused(signed_by(forge_, payload(times({120, 3600}) + "," + kubernetes_claim()))),
            "token: not yet valid");
  EXPECT_EQ(why_refused(signed_by(forge_, payload(times({-60, 3600}) + "," + kubernetes_claim()))),
            "it was taken");
}

TEST_F(OidcTest, RefusesTokensForOthers) {
  std::string api = good_payload();
  api.replace(api.find("node-mirror"), 11, "https://kubernetes.default.svc");

  EXPECT_EQ(why_refused(signed_by(forge_, api)), "token: another audience");
}

TEST_F(OidcTest, RefusesTokensOfOtherIssuers) {
  std::string other = good_payload();
  other.replace(other.find("/cluster"), 8, "/another");

  EXPECT_EQ(why_refused(signed_by(forge_, other)), "token: of an issuer that is not trusted");
}

TEST_F(OidcTest, RefusesLegacySecretTokens) {
  const std::string legacy =
      R"({"iss":"kubernetes/serviceaccount","kubernetes.io/serviceaccount/namespace":"shop",)"
      R"("kubernetes.io/serviceaccount/secret.name":"web-token-x",)"
      R"("kubernetes.io/serviceaccount/service-account.name":"web",)"
      R"("sub":"system:serviceaccount:shop:web"})";
  OidcRules trusting = rules();
  trusting.issuer = "kubernetes/serviceaccount";

  EXPECT_EQ(why_refused(signed_by(forge_, legacy)), "token: of an issuer that is not trusted");
  EXPECT_EQ(why_refused_by(trusting, signed_by(forge_, legacy)), "token: another audience");
}

TEST_F(OidcTest, RefusesTokensWithoutAnEnd) {
  EXPECT_EQ(why_refused(signed_by(forge_, payload(kubernetes_claim()))),
            "token: it would never expire");
}

TEST_F(OidcTest, BindsTokensToTheirNode) {
  const std::string elsewhere = signed_by(forge_, payload(times() + "," + kubernetes_claim("n2")));
  const std::string unbound = signed_by(
      forge_, payload(times() +
                      R"(,"kubernetes.io":{"namespace":"shop","serviceaccount":{"name":"web"}})"));
  OidcRules anywhere = rules();
  anywhere.node.clear();

  EXPECT_EQ(why_refused(elsewhere), "token: bound to another node");
  EXPECT_EQ(why_refused_by(anywhere, elsewhere), "it was taken");
  EXPECT_EQ(why_refused(unbound), "it was taken");
}

TEST_F(OidcTest, RefusesASubjectThatIsNotTheClaimedAccount) {
  std::string other = good_payload();
  other.replace(other.find("shop:web"), 8, "shop:adm");

  EXPECT_EQ(why_refused(signed_by(forge_, other)), "token: its subject is another account");
  EXPECT_EQ(why_refused(signed_by(forge_, payload(times()))), "token: no kubernetes.io claim");
}

TEST_F(OidcTest, RefusesUnknownKeysWithoutAskingEachTime) {
  const JwtForge stranger("RS256", "key-2");
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(why_refused(signed_by(stranger, good_payload())),
              "token: signed with an unknown key");
  }
  EXPECT_EQ(source_.fetches, 1);
}

TEST_F(OidcTest, RefusesForgeries) {
  const JwtForge stranger("RS256", "key-1");
  const std::string none =
      testing::assemble(R"({"alg":"none","kid":"key-1"})", good_payload(), "x");
  const std::string hmac =
      testing::hmac_token(R"({"alg":"HS256","kid":"key-1"})", good_payload(), forge_.public_text());
  const std::string own_key = stranger.token(
      R"({"alg":"RS256","kid":"key-1","jwk":)" + stranger.jwk() + "}", good_payload());
  const std::string elliptic =
      testing::assemble(R"({"alg":"ES256","kid":"key-1"})", good_payload(), std::string(64, 'x'));

  EXPECT_EQ(why_refused(signed_by(stranger, good_payload())), "token: a wrong signature");
  EXPECT_EQ(why_refused(none), "token: an algorithm that is not taken");
  EXPECT_EQ(why_refused(hmac), "token: an algorithm that is not taken");
  EXPECT_EQ(why_refused(own_key), "token: a header with jwk");
  EXPECT_EQ(why_refused(elliptic), "token: a key that is not for its algorithm");
}

TEST_F(OidcTest, RefusesClaimsThatSayTwoThings) {
  const std::string twice = payload(times() + R"(,"aud":["x"],)" + kubernetes_claim());
  const std::string nul = payload(times() + R"(,"kubernetes.io":{"namespace":"shop\u0000",)"
                                            R"("serviceaccount":{"name":"web"}})");

  EXPECT_EQ(why_refused(signed_by(forge_, twice)), "token: claims: JSON with a name given twice");
  EXPECT_EQ(why_refused(signed_by(forge_, nul)), "token: no namespace or service account");
}

TEST_F(OidcTest, HoldsAnIssuerToItsAlgorithms) {
  OidcRules strict = rules();
  strict.algorithms = {Algorithm::es256};

  EXPECT_EQ(why_refused_by(strict, signed_by(forge_, good_payload())),
            "token: an algorithm that is not taken");
}

TEST_F(OidcTest, RefusesTokensOfAnotherType) {
  const std::string header = R"({"alg":"RS256","kid":"key-1","typ":"refresh+jwt"})";

  EXPECT_EQ(why_refused(forge_.token(header, good_payload())), "token: of another type");
}

TEST_F(OidcTest, AsksForNoKeysForATokenThatIsRefusedAnyway) {
  why_refused(signed_by(forge_, payload(times({-3700, -60}) + "," + kubernetes_claim())));

  EXPECT_EQ(source_.fetches, 0);
}

TEST_F(OidcTest, TriesEveryEntryOfAnIssuer) {
  OidcRules other = rules();
  other.audiences = {"another"};
  OidcIssuer first(other, keys_, clock_);
  OidcIssuers both({&first, &cluster_});

  EXPECT_TRUE(both.check(signed_by(forge_, good_payload())).ok());
}

TEST_F(OidcTest, TellsWhetherATokenIsMeantForItsIssuers) {
  const std::string expired = signed_by(forge_, payload(times({-3700, -900})));
  std::string other = good_payload();
  other.replace(other.find("/cluster"), 8, "/another");

  EXPECT_TRUE(issuers_.are_named_by(signed_by(forge_, good_payload())));
  EXPECT_TRUE(issuers_.are_named_by(expired));
  EXPECT_FALSE(issuers_.are_named_by(signed_by(forge_, other)));
  EXPECT_FALSE(issuers_.are_named_by("eyJ.a.b"));
  EXPECT_FALSE(issuers_.are_named_by("secret"));
}

}  // namespace
}  // namespace larder::tokens
