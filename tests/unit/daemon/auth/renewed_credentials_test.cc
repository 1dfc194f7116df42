// Credentials that are lent: asked for once, renewed, and never given beyond their end.
#include "daemon/auth/renewed_credentials.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/recording_renewals.h"

namespace larder::auth {
namespace {

using namespace std::chrono_literals;

class LentCredential final : public CredentialSource {
 public:
  explicit LentCredential(const Clock& clock) : clock_(clock) {}
  Result<std::vector<Credential>> credentials(const CredentialQuestion& question) override {
    ++asked;
    repository = question.repository;
    if (error) return *error;
    Credential credential{"AWS", std::to_string(asked)};
    if (life) credential.expires = clock_.wall() + *life;
    return std::vector{credential};
  }

  int asked = 0;
  std::string repository = "never";
  std::optional<Error> error;
  std::optional<Duration> life = 12h;

 private:
  const Clock& clock_;
};

class RenewedCredentialsTest : public ::testing::Test {
 protected:
  std::string password() {
    const auto credentials = renewed_.credentials({"1.dkr.ecr.example", "team/app"});
    return credentials.ok() ? credentials->front().password : describe(credentials.error());
  }

  testing::FakeClock clock_;
  testing::RecordingRenewals observer_;
  LentCredential* lent_ = new LentCredential(clock_);
  RenewedCredentials renewed_{"ecr", std::unique_ptr<CredentialSource>(lent_), clock_, observer_};
};

TEST_F(RenewedCredentialsTest, AreAskedForOnceForAllRepositories) {
  EXPECT_EQ(password(), "1");
  EXPECT_EQ(password(), "1");

  EXPECT_EQ(lent_->asked, 1);
  EXPECT_EQ(lent_->repository, "");
}

TEST_F(RenewedCredentialsTest, AreGotAnewAtHalfTheirLifeBehindTheBackOfWhoUsesThem) {
  ASSERT_EQ(password(), "1");
  ASSERT_EQ(password(), "1");
  clock_.advance(6h);

  ASSERT_TRUE(renewed_.wants_renewal());
  ASSERT_EQ(password(), "1") << "nobody waits for the new one";
  renewed_.renew_due({});

  EXPECT_EQ(password(), "2");
}

TEST_F(RenewedCredentialsTest, AreNotGivenBeyondTheirEnd) {
  ASSERT_EQ(password(), "1");
  lent_->error = Error{Errc::upstream_down, "sts.example: connection refused"};

  clock_.advance(12h - 6s);
  EXPECT_EQ(password(), "1");
  clock_.advance(1s);
  EXPECT_EQ(password(), "upstream_down: sts.example: connection refused");
}

TEST_F(RenewedCredentialsTest, AreDeniedWhenTheyHaveEndedAlready) {
  lent_->life = 0s;

  EXPECT_EQ(password(), "denied: the credential given for 1.dkr.ecr.example has ended already");
}

TEST_F(RenewedCredentialsTest, ThatDoNotSayWhenTheyEndAreRenewedSoon) {
  lent_->life.reset();
  ASSERT_EQ(password(), "1");
  ASSERT_EQ(password(), "1");

  clock_.advance(5min);

  EXPECT_TRUE(renewed_.wants_renewal());
}

}  // namespace
}  // namespace larder::auth
