// What GetAuthorizationToken gives, from its signing to its use as a password.
#include "daemon/auth/tokens/identity_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "daemon/auth/tokens/certified_subject.h"
#include "daemon/auth/tokens/token_issuer.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_directory.h"

namespace larder::tokens {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class IdentityTokensTest : public ::testing::Test {
 protected:
  void write(const std::string& text) {
    std::ofstream(key_file_) << text << "\n";
    std::filesystem::permissions(
        key_file_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  Subject keys_subject() const {
    const auto* key = access_keys_->keys()->find("AKIDLARDERNODE000001");
    Subject subject;
    subject.kind = Subject::Kind::user;
    subject.name = key->subject;
    subject.stamp = key->stamp;
    return subject;
  }
  std::string token_of(const Subject& subject) const {
    return issuer_.identity_token(subject)->token;
  }

  Result<Subject> check(const std::string& token) { return identities_.check(token, request_); }
  static http::Request at_listener_of(const std::string& realm) {
    http::Request request{"GET", "/v2/", {}, "10.1.2.3:1000", "node"};
    request.tls = std::make_shared<http::TlsPeer>(http::TlsPeer{"", {}, realm});
    return request;
  }

  const http::Request request_ = at_listener_of("r1");
  const testing::TempDirectory directory_;
  const std::filesystem::path key_file_ = directory_.path() / "access-keys";
  testing::FakeClock clock_;
  std::unique_ptr<SigningKeys> keys_ =
      *SigningKeys::open({.file = directory_.path() / "keys.json"}, clock_);
  const TokenRules rules_{.issuer = "larder", .service = "node-mirror"};
  const TokenIssuer issuer_{rules_, *keys_, clock_};
  TokenVerifier verifier_{rules_, *keys_, clock_};
  std::unique_ptr<AccessKeyFile> access_keys_ = [this] {
    write("AKIDLARDERNODE000001 0123456789abcdefghijABCDEFGHIJ0123456789 nodes");
    return *AccessKeyFile::open(key_file_, clock_);
  }();
  IdentityTokens identities_{verifier_, access_keys_.get(), /*takes_anonymous=*/false};
};

TEST_F(IdentityTokensTest, SayWhoTheirSubjectIsForTwelveHours) {
  const auto token = issuer_.identity_token(keys_subject());

  const auto subject = check(token->token);

  ASSERT_TRUE(subject.ok()) << subject.error().context;
  EXPECT_EQ(token->lifetime, hours(12));
  EXPECT_EQ(subject->kind, Subject::Kind::user);
  EXPECT_EQ(subject->name, "nodes");
  EXPECT_EQ(subject->expires, token->issued_at + hours(12));
  clock_.advance(hours(12));
  EXPECT_EQ(check(token->token).error().cause, kExpiredCause);
}

TEST_F(IdentityTokensTest, EndWithTheCertificateTheyWereGivenFor) {
  Subject certified{.kind = Subject::Kind::certificate, .name = "web", .realm = "r1"};
  certified.expires = clock_.wall() + seconds(100);

  const auto token = issuer_.identity_token(certified);

  EXPECT_LE(token->lifetime, seconds(100));
  EXPECT_EQ(check(token->token)->name, certified.name);
  clock_.advance(seconds(101));
  EXPECT_FALSE(check(token->token).ok());
}

TEST_F(IdentityTokensTest, OfACertificateCountWhereItsAuthoritiesDo) {
  const auto token = token_of({.kind = Subject::Kind::certificate, .name = "web", .realm = "r1"});

  EXPECT_TRUE(identities_.check(token, at_listener_of("r1")).ok());
  EXPECT_EQ(identities_.check(token, at_listener_of("r2")).error().context, kOtherAuthorities);
  EXPECT_TRUE(identities_.check(token_of(keys_subject()), at_listener_of("r2")).ok());
}

TEST_F(IdentityTokensTest, EndWithTheAccessKeyTheyWereGivenFor) {
  const auto token = token_of(keys_subject());
  ASSERT_TRUE(check(token).ok());

  write("AKIDLARDERNODE000001 another-secret-of-forty-characters-00000 nodes");
  ASSERT_TRUE(access_keys_->maintain().ok());
  EXPECT_EQ(check(token).error().context, "the access key it was given for is no more");

  IdentityTokens without_keys(verifier_, nullptr, /*takes_anonymous=*/false);
  EXPECT_FALSE(without_keys.check(token, request_).ok());
}

TEST_F(IdentityTokensTest, OfNobodyEndWhenNobodyAnonymousIsLetInAnyMore) {
  const auto token = token_of(Subject());
  IdentityTokens of_an_open_node(verifier_, nullptr, /*takes_anonymous=*/true);

  EXPECT_TRUE(of_an_open_node.check(token, request_).ok());
  EXPECT_EQ(check(token).error().code, Errc::denied);
}

TEST_F(IdentityTokensTest, AreNeverTakenForOtherTokens) {
  const Subject certified{.kind = Subject::Kind::certificate, .name = "web", .realm = "r1"};
  const auto identity = token_of(certified);
  const auto access = issuer_.access_token(certified, {})->token;
  const auto refresh = issuer_.refresh_token(keys_subject())->token;

  // Each twice: what is remembered of one must not count for the other.
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(check(identity).ok());
    EXPECT_TRUE(verifier_.verify(access).ok());
    EXPECT_FALSE(verifier_.verify(identity).ok());
    EXPECT_FALSE(verifier_.verify_refresh(identity).ok());
    EXPECT_FALSE(check(access).ok());
    EXPECT_FALSE(check(refresh).ok());
  }
}

TEST_F(IdentityTokensTest, AreKnownFromOtherPasswords) {
  const Subject certified{.kind = Subject::Kind::certificate, .name = "web"};

  EXPECT_TRUE(IdentityTokens::is_one(token_of(certified)));
  EXPECT_FALSE(IdentityTokens::is_one(issuer_.access_token(certified, {})->token));
  EXPECT_FALSE(IdentityTokens::is_one("a.b.c"));
  EXPECT_FALSE(IdentityTokens::is_one(""));
}

TEST_F(IdentityTokensTest, GiveNoRefreshTokens) {
  IdentityTokens of_an_open_node(verifier_, access_keys_.get(), /*takes_anonymous=*/true);

  for (const Subject& subject : {keys_subject(), Subject()}) {
    const auto shown = of_an_open_node.check(token_of(subject), request_);

    ASSERT_TRUE(shown.ok());
    EXPECT_EQ(issuer_.refresh_token(*shown).error().code, Errc::denied);
  }
}

}  // namespace
}  // namespace larder::tokens
