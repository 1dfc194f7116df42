// Tokens issued and verified, on one node and on two that share their keys.
#include "daemon/auth/tokens/token_issuer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "daemon/auth/encoding.h"
#include "daemon/auth/tokens/jwk_set.h"
#include "daemon/auth/tokens/jws.h"
#include "daemon/auth/tokens/strict_json.h"
#include "daemon/auth/tokens/token_verifier.h"
#include "tests/support/fake_clock.h"
#include "tests/support/jwt_forge.h"
#include "tests/support/temp_directory.h"

namespace larder::tokens {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

// What a daemon has for tokens.
struct Node {
  Node(const std::filesystem::path& file, testing::FakeClock& clock, TokenRules with = {})
      : rules(std::move(with)),
        keys(*SigningKeys::open({file, false, {hours(720), hours(24), hours(24)}}, clock)),
        issuer(rules, *keys, clock),
        verifier(rules, *keys, clock) {}

  TokenRules rules;
  std::unique_ptr<SigningKeys> keys;
  TokenIssuer issuer;
  TokenVerifier verifier;
};

class TokensTest : public ::testing::Test {
 protected:
  static TokenRules rules() {
    TokenRules rules;
    rules.issuer = "larder";
    rules.service = "node-mirror";
    return rules;
  }
  static Subject workload() {
    Subject subject;
    subject.kind = Subject::Kind::service_account;
    subject.name = "system:serviceaccount:shop:web";
    subject.issuer = "cluster";
    subject.namespace_name = "shop";
    subject.service_account = "web";
    subject.pod = "web-7d";
    subject.node = "n1";
    return subject;
  }
  SignedToken issue(const Subject& subject = workload()) {
    auto token = node_.issuer.access_token(subject, access_);
    EXPECT_TRUE(token.ok());
    return std::move(*token);
  }
  std::string why_refused(const std::string& token) {
    const auto verified = node_.verifier.verify(token);
    return verified ? "it was taken" : verified.error().context;
  }

  testing::TempDirectory directory_;
  testing::FakeClock clock_;
  const std::filesystem::path file_ = directory_.path() / "keys.json";
  const std::vector<Access> access_ = {{"repository", "", "ghcr.io/team/app", {"pull"}}};
  Node node_{file_, clock_, rules()};
};

TEST_F(TokensTest, CarryTheClaimsOfTheDockerSpecification) {
  const auto token = issue();
  const auto jws = parse_jws(token.token);

  ASSERT_TRUE(jws.ok());
  const auto claims = nlohmann::json::parse(jws->payload);
  const auto now = std::chrono::floor<seconds>(clock_.wall()).time_since_epoch().count();
  EXPECT_EQ(claims["iss"], "larder");
  EXPECT_EQ(claims["sub"], "system:serviceaccount:shop:web");
  EXPECT_EQ(claims["aud"], "node-mirror");
  EXPECT_EQ(claims["iat"], now);
  EXPECT_EQ(claims["nbf"], now - 10);
  EXPECT_EQ(claims["exp"], now + 300);
  EXPECT_EQ(claims["jti"], token.id);
  EXPECT_EQ(claims["access"].dump(),
            R"([{"actions":["pull"],"name":"ghcr.io/team/app","type":"repository"}])");
  EXPECT_EQ(jws->algorithm, Algorithm::es256);
  EXPECT_NE(jws->kid.size(), 0U);
}

TEST_F(TokensTest, AreVerifiedByWhatIsPublished) {
  const auto token = issue();
  const auto jws = parse_jws(token.token);
  const auto published = JwkSet::parse(node_.keys->ring()->jwks());

  const auto* key = published->find(jws->kid, jws->algorithm);
  ASSERT_NE(key, nullptr);
  EXPECT_TRUE(key->verifies(jws->algorithm, jws->signed_part, jws->signature));
}

TEST_F(TokensTest, TellWhoAndWhatWhenVerified) {
  const auto verified = node_.verifier.verify(issue().token);

  ASSERT_TRUE(verified.ok()) << describe(verified.error());
  EXPECT_EQ((*verified)->subject, workload());
  EXPECT_EQ((*verified)->access, access_);
}

TEST_F(TokensTest, KeepEveryPartOfASubject) {
  Subject subject;
  subject.kind = Subject::Kind::certificate;
  subject.name = "web.example";
  subject.groups = std::vector<std::string>(128, "dev");

  EXPECT_EQ((*node_.verifier.verify(issue(subject).token))->subject, subject);
  EXPECT_EQ((*node_.verifier.verify(issue(Subject()).token))->subject, Subject());
}

TEST_F(TokensTest, TellNobodyTheStampOfASecret) {
  Subject subject;
  subject.kind = Subject::Kind::user;
  subject.stamp = "stamp";

  EXPECT_EQ((*node_.verifier.verify(issue(subject).token))->subject.stamp, "");
}

TEST_F(TokensTest, AreAllDifferent) {
  EXPECT_NE(issue().id, issue().id);
}

TEST_F(TokensTest, EndNoLaterThanWhatProvedTheSubject) {
  Subject subject = workload();
  subject.expires = clock_.wall() + seconds(120);
  EXPECT_LE(issue(subject).lifetime, seconds(120));
  EXPECT_GE(issue(subject).lifetime, seconds(119));

  subject.expires = clock_.wall() - seconds(1);
  EXPECT_EQ(node_.issuer.access_token(subject, access_).error().code, Errc::denied);
  EXPECT_EQ(node_.issuer.refresh_token(subject).error().code, Errc::denied);
}

TEST_F(TokensTest, LiveNoLongerThanTheRulesAllow) {
  EXPECT_EQ(node_.issuer.access_token(workload(), {})->lifetime, seconds(300));
  EXPECT_EQ(node_.issuer.access_token(workload(), {}, seconds(600))->lifetime, seconds(600));
  EXPECT_EQ(node_.issuer.access_token(workload(), {}, hours(99))->lifetime, seconds(3600));
}

TEST_F(TokensTest, ThatWouldBeTooLargeAreNotIssued) {
  std::vector<Access> much;
  for (int i = 0; i < 64; ++i) {
    much.push_back({"repository", "", std::string(300, 'a') + std::to_string(i), {"pull"}});
  }

  EXPECT_EQ(node_.issuer.access_token(workload(), much).error().code, Errc::invalid);
}

TEST_F(TokensTest, AreRefusedOnceTheyHaveExpired) {
  const auto token = issue();
  ASSERT_TRUE(node_.verifier.verify(token.token).ok());

  clock_.advance(seconds(301));

  const auto verified = node_.verifier.verify(token.token);
  ASSERT_FALSE(verified.ok());
  EXPECT_EQ(verified.error().cause, kExpiredCause);
}

TEST_F(TokensTest, AreRefusedBeforeTheirTime) {
  clock_.advance(seconds(120));
  const auto token = issue();
  clock_.set_wall_back(seconds(100));

  EXPECT_EQ(why_refused(token.token), "token: not yet valid");
}

TEST_F(TokensTest, OfAnotherServiceOrIssuerAreRefused) {
  TokenRules other_service = rules();
  other_service.service = "endpoint";
  TokenRules other_issuer = rules();
  other_issuer.issuer = "another";
  const Node one(file_, clock_, other_service);
  const Node other(file_, clock_, other_issuer);

  EXPECT_EQ(why_refused(one.issuer.access_token(workload(), {})->token),
            "token: for another service");
  EXPECT_EQ(why_refused(other.issuer.access_token(workload(), {})->token),
            "token: of another issuer");
}

TEST_F(TokensTest, SignedWithOtherKeysAreRefused) {
  const Node stranger(directory_.path() / "others.json", clock_, rules());

  EXPECT_EQ(why_refused(stranger.issuer.access_token(workload(), {})->token),
            "token: signed with an unknown key");
}

TEST_F(TokensTest, ThatWereTamperedWithAreRefused) {
  const std::string token = issue().token;
  const auto dot = token.find('.');
  const std::string header = *auth::base64url_decoded(token.substr(0, dot));
  const std::string signature = *auth::base64url_decoded(token.substr(token.rfind('.') + 1));
  const std::string payload = R"({"iss":"larder","aud":"node-mirror","exp":1900000000})";
  std::string none = header;
  none.replace(none.find("ES256"), 5, "none");
  std::string hmac = header;
  hmac.replace(hmac.find("ES256"), 5, "HS256");

  EXPECT_EQ(why_refused(testing::assemble(header, payload, signature)), "token: a wrong signature");
  EXPECT_EQ(why_refused(testing::assemble(none, payload, "x")),
            "token: an algorithm that is not taken");
  EXPECT_EQ(why_refused(testing::hmac_token(hmac, payload, node_.keys->ring()->jwks())),
            "token: an algorithm that is not taken");
  EXPECT_EQ(why_refused(std::string(1 << 20, 'a')), "token: too large");
  EXPECT_EQ(why_refused(token.substr(0, token.rfind('.') + 1)), "token: no signature");
  EXPECT_NE(why_refused(token + "."), "it was taken");
}

TEST_F(TokensTest, ThatRefreshAreNeverTakenForAccess) {
  Subject user;
  user.kind = Subject::Kind::user;
  user.name = "alice";
  user.stamp = "stamp";
  const auto refresh = node_.issuer.refresh_token(user);
  ASSERT_TRUE(refresh.ok());

  EXPECT_EQ(why_refused(refresh->token), "token: of another type");
  EXPECT_EQ(node_.verifier.verify_refresh(refresh->token)->subject, user);
  EXPECT_FALSE(node_.verifier.verify_refresh(issue(user).token).ok());
  EXPECT_EQ(parse_own_claims(parse_jws(refresh->token)->payload)->audience, "refresh node-mirror");
}

TEST_F(TokensTest, ThatRefreshAreForSubjectsThatCanBeLookedUpAgain) {
  Subject certificate;
  certificate.kind = Subject::Kind::certificate;
  certificate.expires = clock_.wall() + hours(1);

  EXPECT_FALSE(node_.issuer.refresh_token(Subject()).ok());
  EXPECT_FALSE(node_.issuer.refresh_token(workload()).ok());
  EXPECT_FALSE(node_.issuer.refresh_token(certificate).ok());
}

TEST_F(TokensTest, OfOneNodeAreTakenByTheOtherThroughEveryRotation) {
  Node other(file_, clock_, rules());
  for (int day = 0; day < 70; ++day) {
    clock_.advance(hours(24));
    ASSERT_TRUE((day % 2 == 0 ? node_ : other).keys->maintain().ok());

    ASSERT_TRUE(other.verifier.verify(issue().token).ok()) << day;
    ASSERT_TRUE(node_.verifier.verify(other.issuer.access_token(workload(), {})->token).ok());
  }
  EXPECT_EQ(node_.keys->ring()->jwks(), other.keys->ring()->jwks());
}

TEST_F(TokensTest, MayCarryACertificate) {
  TokenRules with = rules();
  with.with_certificate = true;
  Node certified(file_, clock_, with);
  const std::string token = certified.issuer.access_token(workload(), access_)->token;
  const auto header =
      nlohmann::json::parse(*auth::base64url_decoded(token.substr(0, token.find('.'))));

  ASSERT_EQ(header["x5c"].size(), 1U);
  EXPECT_TRUE(auth::base64_decoded(header["x5c"][0].get<std::string>()).has_value());
  EXPECT_TRUE(node_.verifier.verify(token).ok());
}

TEST_F(TokensTest, AreRememberedUntilTheKeysChange) {
  const auto token = issue();
  const auto first = *node_.verifier.verify(token.token);
  EXPECT_EQ(*node_.verifier.verify(token.token), first);
  EXPECT_EQ(node_.verifier.remembered(), 1U);

  std::filesystem::remove(file_);
  const Node fresh(file_, clock_, rules());
  ASSERT_TRUE(node_.keys->maintain().ok());

  EXPECT_EQ(why_refused(token.token), "token: signed with an unknown key");
  EXPECT_EQ(node_.verifier.remembered(), 0U);
}

TEST_F(TokensTest, AreRememberedInABoundedNumber) {
  TokenVerifier small(rules(), *node_.keys, clock_, /*remembered_max=*/8);
  const std::string first = issue().token;
  ASSERT_TRUE(small.verify(first).ok());
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(small.verify(issue().token).ok());

  EXPECT_EQ(small.remembered(), 8U);
  EXPECT_TRUE(small.verify(first).ok());
}

}  // namespace
}  // namespace larder::tokens
