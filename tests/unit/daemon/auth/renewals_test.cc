// What expires: when it is got anew, and what happens when that fails.
#include "daemon/auth/renewals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <string>
#include <thread>

#include "tests/support/fake_clock.h"
#include "tests/support/recording_renewals.h"

namespace larder::auth {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class RenewalsTest : public ::testing::Test {
 protected:
  // What is asked for lives for 100 s and is numbered.
  Result<Credential> get() {
    return renewals_.get(
        "key",
        [this](std::optional<MonoTime>, const std::stop_token&) -> Result<Renewals::Granted> {
          ++asked_;
          if (failure_) return *failure_;
          return Renewals::Granted{{"user", std::to_string(asked_)}, clock_.now() + 100s};
        },
        std::nullopt, {});
  }
  std::string known() {
    const auto credential = renewals_.known("key");
    return credential ? credential->password : "(none)";
  }

  testing::FakeClock clock_;
  testing::RecordingRenewals observer_;
  Renewals renewals_{"ecr", clock_, observer_};
  Renewals lent_{"token", clock_, observer_, "reg.example", Keeping::lent};
  int asked_ = 0;
  std::optional<Error> failure_;
};

TEST_F(RenewalsTest, LeavesAloneWhatNobodyHasUsedSince) {
  ASSERT_TRUE(get().ok());
  clock_.advance(50s);

  EXPECT_FALSE(renewals_.wants_renewal());
  renewals_.renew_due(10s, {});

  EXPECT_EQ(asked_, 1);
}

TEST_F(RenewalsTest, GivesTheOldOneUntilItsEndWhileItCannotBeGotAnew) {
  ASSERT_TRUE(get().ok());
  ASSERT_EQ(known(), "1");
  clock_.advance(50s);
  failure_ = Error{Errc::upstream_down, "connection refused"};

  for (int second = 0; second < 49; ++second) {
    renewals_.renew_due(10s, {});
    clock_.advance(1s);
    ASSERT_EQ(known(), "1") << second;
  }

  EXPECT_THAT(observer_.told(), ElementsAre("ecr ok 0 s", "ecr upstream_down 10 s",
                                            "ecr upstream_down 20 s", "ecr upstream_down 40 s"));
  clock_.advance(1s);
  EXPECT_EQ(known(), "(none)");
  EXPECT_EQ(get().error().code, Errc::upstream_down);
}

TEST_F(RenewalsTest, ForgetsItsPausesOnceItSucceeds) {
  ASSERT_TRUE(get().ok());
  ASSERT_EQ(known(), "1");
  clock_.advance(50s);
  failure_ = Error{Errc::timeout, "no answer"};
  renewals_.renew_due(10s, {});
  failure_.reset();
  clock_.advance(10s);

  renewals_.renew_due(10s, {});

  EXPECT_EQ(known(), "3");
  clock_.advance(50s);
  EXPECT_TRUE(renewals_.wants_renewal());
}

TEST_F(RenewalsTest, AsksForNothingOnceStopped) {
  ASSERT_TRUE(get().ok());
  ASSERT_EQ(known(), "1");
  clock_.advance(50s);
  std::stop_source stop;
  stop.request_stop();

  renewals_.renew_due(10s, stop.get_token());

  EXPECT_EQ(asked_, 1);
}

TEST(RenewalPause, GrowsToFiveMinutes) {
  EXPECT_EQ(renewal_pause(1), 10s);
  EXPECT_EQ(renewal_pause(2), 20s);
  EXPECT_EQ(renewal_pause(5), 160s);
  EXPECT_EQ(renewal_pause(6), 300s);
  EXPECT_EQ(renewal_pause(1000), 300s);
}

TEST_F(RenewalsTest, KeepsNothingInMemoryThatHasEnded) {
  ASSERT_TRUE(get().ok());
  const auto lend = [this](std::optional<MonoTime>, const std::stop_token&) {
    return Result<Renewals::Granted>({{"alice", "password"}, clock_.now() + 1h});
  };
  ASSERT_TRUE(lent_.get("alice key", lend, std::nullopt, {}).ok());

  clock_.advance(15min - 1s);
  EXPECT_EQ(renewals_.drop_ended(), 1U);
  EXPECT_EQ(lent_.drop_ended(), 0U);
  clock_.advance(1s);
  EXPECT_EQ(lent_.drop_ended(), 1U);
}

// By the clock that made the deadline.
TEST_F(RenewalsTest, LeavesItToTheNextWhenTheFirstHasNoTimeLeft) {
  std::latch asked(1);
  std::latch joined(1);
  const auto take_too_long = [&](std::optional<MonoTime>, const std::stop_token&) {
    asked.count_down();
    joined.wait();
    clock_.advance(5s);
    return Result<Renewals::Granted>(Error{Errc::timeout, "total deadline passed"});
  };
  std::jthread leader(
      [&] { EXPECT_FALSE(renewals_.get("key", take_too_long, clock_.now() + 5s, {}).ok()); });
  asked.wait();
  std::jthread waiter([&] { EXPECT_TRUE(get().ok()); });

  joined.count_down();
}

}  // namespace
}  // namespace larder::auth
