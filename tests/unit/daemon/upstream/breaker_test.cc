// The breaker, event by event: a table of sequences, then requests that overlap.
#include "daemon/upstream/breaker.h"

#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "daemon/upstream/retry_after.h"

namespace larder::upstream {
namespace {

using namespace std::chrono_literals;

const Verdict kAnswered{Sign::answered};
const Verdict kUnreachable{Sign::unreachable, "connect deadline passed"};
const Verdict kServerError{Sign::server_error, "HTTP 500"};
const Verdict kBroken{Sign::broken, "stall deadline passed"};
const Verdict kTooMany{Sign::wants_pause, "HTTP 429"};
const Verdict kNothing{};

Verdict pause_of(std::chrono::seconds wait) {
  return {Sign::wants_pause, "HTTP 429", wait};
}

class BreakerTest : public ::testing::Test {
 protected:
  std::optional<Breaker::Turn> admit(Claim claim = Claim::trial) {
    return breaker_.admit(now_, claim);
  }
  void end(const std::optional<Breaker::Turn>& turn, const Verdict& verdict) {
    ASSERT_TRUE(turn) << "refused";
    breaker_.ended(*turn, verdict, now_, jitter_);
  }
  void ask(const Verdict& verdict) { end(admit(), verdict); }
  BreakerState state() const { return breaker_.state(now_); }
  Duration wait() const { return breaker_.until() - now_; }

  Breaker breaker_;
  MonoTime now_{1000h};
  double jitter_ = 0;
};

// One step after the other: a verdict's name asks and ends so, "refused" is refused, "order-" goes
// before either, "+N" lets N milliseconds pass.
struct Sequence {
  const char* steps;
  BreakerState state;
};

class Sequences : public BreakerTest, public ::testing::WithParamInterface<Sequence> {
 protected:
  void step(std::string name) {
    if (name.front() == '+') {
      now_ += std::chrono::milliseconds(std::stoi(name.substr(1)));
      return;
    }
    const bool is_order = name.starts_with("order-");
    if (is_order) name.erase(0, 6);
    const auto turn = admit(is_order ? Claim::extra : Claim::trial);
    if (name == "refused") {
      EXPECT_FALSE(turn) << "let in";
    } else {
      end(turn, verdicts_.at(name));
    }
  }

  const std::map<std::string, Verdict> verdicts_{
      {"ok", kAnswered},         {"down", kUnreachable}, {"5xx", kServerError},
      {"broken", kBroken},       {"429", kTooMany},      {"gone", kNothing},
      {"429/10", pause_of(10s)}, {"429/0", pause_of(0s)}};
};

TEST_P(Sequences, EndWhereTheyShould) {
  std::istringstream steps(GetParam().steps);
  for (std::string name; steps >> name;) {
    SCOPED_TRACE(name);
    ASSERT_NO_FATAL_FAILURE(step(name));
  }

  EXPECT_EQ(state(), GetParam().state);
}

constexpr auto kClosed = BreakerState::closed;
constexpr auto kOpen = BreakerState::open;
constexpr auto kHalfOpen = BreakerState::half_open;

INSTANTIATE_TEST_SUITE_P(
    Closed, Sequences,
    ::testing::Values(Sequence{"", kClosed}, Sequence{"ok ok gone ok", kClosed},
                      Sequence{"5xx broken", kClosed}, Sequence{"5xx 5xx ok 5xx 5xx", kClosed},
                      Sequence{"5xx gone 5xx gone ok 5xx", kClosed}, Sequence{"gone", kClosed}));

INSTANTIATE_TEST_SUITE_P(
    Opens, Sequences,
    ::testing::Values(Sequence{"down refused", kOpen}, Sequence{"ok down refused", kOpen},
                      Sequence{"5xx 5xx 5xx refused", kOpen},
                      Sequence{"5xx broken 5xx refused", kOpen},
                      Sequence{"broken gone broken broken refused", kOpen},
                      Sequence{"5xx 5xx down refused", kOpen}, Sequence{"down +999 refused", kOpen},
                      Sequence{"down +1000", kHalfOpen}, Sequence{"429 +4999 refused", kOpen},
                      Sequence{"429 +5000", kHalfOpen}, Sequence{"429/10 +9999 refused", kOpen},
                      Sequence{"429/10 +10000", kHalfOpen},
                      Sequence{"429/0 refused +999 refused", kOpen},
                      Sequence{"429/0 +1000", kHalfOpen}));

INSTANTIATE_TEST_SUITE_P(
    HalfOpen, Sequences,
    ::testing::Values(Sequence{"down +1000 ok ok", kClosed},
                      Sequence{"down +1000 down refused +1999 refused", kOpen},
                      Sequence{"down +1000 down +2000 ok", kClosed},
                      // Doubled by every trial that fails, and begun anew by an answer after one.
                      Sequence{"down +1000 down +2000 down +4000 down +7999 refused", kOpen},
                      Sequence{"down +1000 down +2000 ok ok down +1000", kHalfOpen},
                      Sequence{"down +1000 down +2000 ok down +3999 refused", kOpen},
                      // One trouble is enough, three were before.
                      Sequence{"5xx 5xx 5xx +1000 5xx refused +1999 refused", kOpen},
                      Sequence{"down +1000 5xx refused", kOpen},
                      // Whoever was cancelled gives the turn back.
                      Sequence{"down +1000 gone ok", kClosed},
                      Sequence{"down +1000 gone gone", kHalfOpen},
                      Sequence{"down +1000 429/10 +9999 refused +1 ok", kClosed},
                      Sequence{"429/10 +10000 down +999 refused +1 ok", kClosed},
                      Sequence{"429 +5000 429 +4999 refused", kOpen}));

INSTANTIATE_TEST_SUITE_P(
    Orders, Sequences,
    ::testing::Values(Sequence{"order-ok", kClosed}, Sequence{"down order-ok ok", kClosed},
                      // One that fails prolongs nothing.
                      Sequence{"down +500 order-down refused +500", kHalfOpen},
                      Sequence{"down order-5xx order-gone refused", kOpen},
                      // A pause that was asked for holds for all; a guessed one does not.
                      Sequence{"429/10 order-refused +9999 order-refused +1 order-ok", kClosed},
                      Sequence{"429 order-ok", kClosed},
                      Sequence{"down order-429/10 order-refused +9999 refused", kOpen},
                      Sequence{"down +1000 order-down ok", kClosed}));

TEST_F(BreakerTest, BacksOffUpToAMinute) {
  for (const auto expected : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s}) {
    ask(kUnreachable);

    EXPECT_EQ(wait(), expected);
    now_ = breaker_.until();
  }
}

TEST_F(BreakerTest, SpreadsItsBackoff) {
  jitter_ = 1;
  ask(kUnreachable);
  EXPECT_EQ(wait(), 1200ms);

  now_ = breaker_.until();
  jitter_ = -1;
  ask(kUnreachable);
  EXPECT_EQ(wait(), 1600ms);
}

TEST_F(BreakerTest, SpreadsTheEndOfAPauseButNeverShortensIt) {
  jitter_ = -1;
  ask(kTooMany);
  EXPECT_EQ(wait(), 5s);

  now_ = breaker_.until();
  ask(pause_of(60s));
  EXPECT_EQ(wait(), 66s);
}

TEST_F(BreakerTest, PausesForAnHourAtMost) {
  ask(pause_of(100h));

  EXPECT_EQ(wait(), kRetryAfterMax);
}

TEST_F(BreakerTest, LetsOneTryAtATime) {
  ask(kUnreachable);
  now_ += 1s;

  const auto trial = admit();

  EXPECT_TRUE(breaker_.is_tried());
  EXPECT_FALSE(admit());
  EXPECT_TRUE(breaker_.refuses(now_, Claim::trial));
  end(trial, kNothing);
  EXPECT_TRUE(admit());
}

TEST_F(BreakerTest, LeavesTheTrialToThoseWhoMayTry) {
  EXPECT_TRUE(admit(Claim::none));
  ask(kUnreachable);
  now_ += 1s;

  EXPECT_FALSE(admit(Claim::none));

  EXPECT_FALSE(breaker_.is_tried());
}

TEST_F(BreakerTest, LetsAllInWhenNobodyTriesForLong) {
  ask(kUnreachable);
  now_ += 1s + kTrialWait;

  const auto first = admit(Claim::none);
  const auto second = admit(Claim::none);

  ASSERT_TRUE(first && second);
  end(first, kUnreachable);
  EXPECT_EQ(wait(), 2s);
  end(second, kUnreachable);
  EXPECT_EQ(wait(), 2s);
}

TEST_F(BreakerTest, LetsOneInWhoeverItIsWhenItIsKnownToBeThere) {
  ask(kUnreachable);
  now_ += 1s;
  ask(kServerError);  // the trial
  breaker_.let_one_in(now_);
  EXPECT_FALSE(breaker_.wants_trial(now_));

  const auto first = admit(Claim::none);
  EXPECT_FALSE(admit(Claim::none));
  end(first, kNothing);
  const auto next = admit(Claim::none);
  end(next, kAnswered);

  EXPECT_EQ(state(), kClosed);
  ask(kUnreachable);
  EXPECT_EQ(wait(), 1s) << "its whole answer was no trial's";
}

TEST_F(BreakerTest, BacksOffLongerWhenTheOneThatWasLetInFails) {
  ask(kUnreachable);
  now_ += 1s;
  ask(kServerError);
  breaker_.let_one_in(now_);

  end(admit(Claim::none), kServerError);

  EXPECT_EQ(wait(), 4s);
  EXPECT_FALSE(admit(Claim::none));
}

TEST_F(BreakerTest, LetsNobodyInDuringAPauseAskedFor) {
  ask(pause_of(60s));

  breaker_.let_one_in(now_);

  EXPECT_FALSE(admit(Claim::none));
}

TEST_F(BreakerTest, IsClosedByAWholeAnswerPastItNotByAHead) {
  ask(kUnreachable);
  const auto rest = admit(Claim::extra);

  breaker_.answered(*rest, now_);
  EXPECT_EQ(state(), kOpen);

  end(rest, kAnswered);
  EXPECT_EQ(state(), kClosed);
}

TEST_F(BreakerTest, IsNotMovedByTransfersThatGoOnAndBreak) {
  for (int i = 0; i < 3; ++i) ask(kBroken);
  for (int i = 0; i < 10; ++i) {
    const auto rest = admit(Claim::extra);
    breaker_.answered(*rest, now_);
    end(rest, kBroken);
  }

  EXPECT_EQ(wait(), 1s);
}

TEST_F(BreakerTest, KeepsTheOthersOutForAsLongAsATrialTakes) {
  ask(kUnreachable);
  now_ += 1s;
  const auto trial = admit();
  now_ += 10 * kTrialWait;

  EXPECT_FALSE(admit(Claim::none));

  end(trial, kNothing);
  EXPECT_TRUE(admit(Claim::none));
}

TEST_F(BreakerTest, LetsTheOthersInOnceATrialHasItsHead) {
  ask(kUnreachable);
  now_ += 1s;
  const auto trial = admit();

  breaker_.answered(*trial, now_);

  EXPECT_EQ(state(), kClosed);
  EXPECT_TRUE(admit());
}

TEST_F(BreakerTest, DoesNotBelieveAHeadWhoseBodyBreaks) {
  for (int i = 0; i < 3; ++i) ask(kBroken);
  now_ += 1s;
  const auto trial = admit();
  breaker_.answered(*trial, now_);

  end(trial, kBroken);

  EXPECT_EQ(state(), kOpen);
  EXPECT_EQ(wait(), 2s);
}

TEST_F(BreakerTest, ForgetsTheTroublesFromBeforeItClosed) {
  for (int i = 0; i < 3; ++i) ask(kServerError);
  now_ += 1s;
  const auto trial = admit();
  breaker_.answered(*trial, now_);
  end(trial, kAnswered);
  ask(kAnswered);

  ask(kServerError);
  ask(kServerError);
  EXPECT_EQ(state(), kClosed);
  ask(kServerError);

  EXPECT_EQ(wait(), 1s);
}

TEST_F(BreakerTest, OpensAtTheFirstTroubleUntilMoreThanATrialWasAnswered) {
  ask(kUnreachable);
  now_ += 1s;
  ask(kAnswered);
  ASSERT_EQ(state(), kClosed);

  ask(kServerError);

  EXPECT_EQ(wait(), 2s);
}

TEST_F(BreakerTest, TakesALostConnectionForATroubleWhenOthersWereAnsweredMeanwhile) {
  const auto lost = admit();
  const auto another = admit();
  breaker_.answered(*another, now_);

  end(lost, kUnreachable);

  EXPECT_EQ(state(), kClosed);
  ask(kUnreachable);
  EXPECT_EQ(state(), kOpen);
}

TEST_F(BreakerTest, CountsManyThatFailTogetherOnce) {
  const auto first = admit();
  const auto second = admit();
  const auto third = admit();

  end(first, kBroken);
  end(second, kBroken);
  end(third, kServerError);

  EXPECT_EQ(state(), kClosed);
  ask(kBroken);
  EXPECT_EQ(state(), kClosed);
  ask(kBroken);
  EXPECT_EQ(state(), kOpen);
}

TEST_F(BreakerTest, BacksOffOnceForManyThatFailTogether) {
  const auto first = admit();
  const auto second = admit();

  end(first, kUnreachable);
  now_ += 10ms;
  end(second, kUnreachable);

  EXPECT_EQ(wait(), 990ms);
}

TEST_F(BreakerTest, IsNotClosedByAnAnswerToAnOlderRequest) {
  const auto older = admit();
  ask(kUnreachable);

  breaker_.answered(*older, now_);
  end(older, kAnswered);

  EXPECT_EQ(state(), kOpen);
}

TEST_F(BreakerTest, IsNotOpenedByAFailureFromBeforeItClosed) {
  const auto older = admit();
  ask(kUnreachable);
  now_ += 1s;
  ask(kAnswered);

  end(older, kUnreachable);

  EXPECT_EQ(state(), kClosed);
}

TEST_F(BreakerTest, ForgetsNothingForAnAnswerFromBeforeItOpened) {
  const auto older = admit();
  ask(kUnreachable);
  now_ += 1s;
  ask(kAnswered);

  end(older, kAnswered);
  ask(kServerError);

  EXPECT_EQ(wait(), 2s) << "on probation as before";
}

TEST_F(BreakerTest, HearsAnAnswerAmongFailures) {
  const auto older = admit();
  ask(kServerError);
  ask(kServerError);

  end(older, kAnswered);
  ask(kServerError);

  EXPECT_EQ(state(), kClosed);
}

TEST_F(BreakerTest, PausesUntilTheLatestMomentAnybodyWasTold) {
  const auto first = admit();
  const auto second = admit();
  const auto third = admit();

  end(first, pause_of(30s));
  end(second, pause_of(60s));
  end(third, {Sign::wants_pause, "a shorter one", 10s});

  EXPECT_EQ(wait(), 60s);
  EXPECT_EQ(breaker_.why(), "HTTP 429");
}

TEST_F(BreakerTest, KeepsAPauseThatIsAskedForDuringATrial) {
  const auto older = admit();
  ask(kUnreachable);
  now_ += 1s;
  const auto trial = admit();

  end(older, pause_of(30s));
  breaker_.answered(*trial, now_);
  end(trial, kAnswered);

  EXPECT_EQ(state(), kOpen);
  EXPECT_EQ(wait(), 30s);
  EXPECT_FALSE(admit(Claim::extra));
}

TEST_F(BreakerTest, GivesAnExtraTurnBesideATrial) {
  ask(kUnreachable);
  now_ += 1s;
  const auto trial = admit();
  const auto order = admit(Claim::extra);

  end(order, kUnreachable);
  EXPECT_FALSE(admit());
  end(trial, kAnswered);

  EXPECT_EQ(state(), kClosed);
}

TEST_F(BreakerTest, RemembersSinceWhenUntilWhenAndWhy) {
  now_ += 5s;
  ask(kUnreachable);
  now_ += 1s;
  ask(kServerError);

  EXPECT_EQ(breaker_.since(), now_ - 1s);
  EXPECT_EQ(breaker_.until(), now_ + 2s);
  EXPECT_EQ(breaker_.why(), "HTTP 500");
}

TEST_F(BreakerTest, GoesOnAfterARestart) {
  for (int i = 0; i < 3; ++i) {
    ask(kUnreachable);
    now_ = breaker_.until();
  }
  ask(kUnreachable);
  Breaker restarted;

  restarted.restore(breaker_.memory(now_), now_);

  EXPECT_EQ(restarted.state(now_ + 7999ms), kOpen);
  EXPECT_EQ(restarted.state(now_ + 8s), kHalfOpen);
  EXPECT_EQ(restarted.since(), breaker_.since());
  const auto trial = restarted.admit(now_ + 8s, Claim::trial);
  restarted.ended(*trial, kUnreachable, now_ + 8s, 0);
  EXPECT_EQ(restarted.until(), now_ + 8s + 16s);
}

TEST_F(BreakerTest, RestoresNoWaitThatCannotBe) {
  Breaker broken;
  broken.restore({.is_open = true, .wait = 1000h}, now_);
  Breaker paused;
  paused.restore({.is_open = true, .is_pause = true, .wait = 1000h}, now_);
  Breaker past;
  past.restore({.is_open = true, .wait = -5s}, now_);

  EXPECT_EQ(broken.until(), now_ + 72s);
  EXPECT_EQ(paused.until(), now_ + kPauseMax);
  EXPECT_EQ(past.state(now_), kHalfOpen);
  EXPECT_TRUE(past.admit(now_, Claim::none));
}

TEST_F(BreakerTest, RemembersNothingWhenClosed) {
  Breaker restarted;

  restarted.restore(breaker_.memory(now_), now_);

  EXPECT_EQ(restarted.state(now_), kClosed);
}

TEST(BreakerStates, HaveNames) {
  EXPECT_STREQ(to_string(kClosed), "closed");
  EXPECT_STREQ(to_string(kOpen), "open");
  EXPECT_STREQ(to_string(kHalfOpen), "half-open");
}

}  // namespace
}  // namespace larder::upstream
