// An endpoint's health as those who ask it see it: permits, refusals, news, what is remembered.
#include "daemon/upstream/endpoint_health.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>

#include "tests/support/fake_clock.h"
#include "tests/support/health_book.h"

namespace larder::upstream {
namespace {

using namespace std::chrono_literals;
using Events = std::vector<HealthEvent>;

const Error kConnect{Errc::timeout, "reg.example: connect deadline passed"};

http::ResponseHead head(int status, std::vector<std::pair<std::string, std::string>> fields = {}) {
  http::ResponseHead head;
  head.status = status;
  for (auto& [name, value] : fields) head.headers.add(std::move(name), std::move(value));
  return head;
}

http::ResponseHead docker_head(const std::string& remaining) {
  return head(200, {{"ratelimit-limit", "100;w=21600"}, {"ratelimit-remaining", remaining}});
}

class EndpointHealthTest : public ::testing::Test {
 protected:
  EndpointHealth make() {
    return EndpointHealth("https://reg.example", clock_, observer_, [] { return 0.0; });
  }
  void answer(const http::ResponseHead& head, Duration latency = Duration(0)) {
    auto permit = health_.admit(Purpose::order);
    ASSERT_TRUE(permit.ok());
    permit->begins(std::nullopt);
    clock_.advance(latency);
    permit->head(head, /*is_last_word=*/true);
    permit->ended(0, {});
  }
  void fail(const Error& error = kConnect, Purpose purpose = Purpose::pull) {
    auto permit = health_.admit(purpose);
    ASSERT_TRUE(permit.ok());
    permit->begins(std::nullopt);
    permit->ended(0, error);
  }
  std::string refusal(Purpose purpose = Purpose::pull) {
    auto permit = health_.admit(purpose);
    return permit.ok() ? "admitted" : describe(permit.error());
  }

  testing::FakeClock clock_;
  testing::RecordingHealthObserver observer_;
  EndpointHealth health_ = make();
};

TEST_F(EndpointHealthTest, RefusesInOneLineThatNamesEndpointCauseAndMoment) {
  fail();

  const auto refused = refusal();

  EXPECT_TRUE(health_.refuses(Purpose::pull));
  EXPECT_TRUE(refused.starts_with("upstream_down: https://reg.example is not asked, until 20"))
      << refused;
  EXPECT_NE(refused.find("Z (1 s): reg.example: connect deadline passed"), refused.npos) << refused;
  EXPECT_EQ(refused.find('\n'), refused.npos);
}

TEST_F(EndpointHealthTest, SaysWhenSomebodyElseIsTrying) {
  fail();
  clock_.advance(1s);
  const auto trial = health_.admit(Purpose::trial);

  EXPECT_EQ(refusal(),
            "upstream_down: https://reg.example is not asked, until it has been tried: "
            "reg.example: connect deadline passed");
}

TEST_F(EndpointHealthTest, TakesADroppedPermitBack) {
  fail();
  clock_.advance(1s);

  { const auto trial = health_.admit(Purpose::trial); }

  EXPECT_TRUE(health_.wants_trial());
}

TEST_F(EndpointHealthTest, WantsATrialOnceItsTimeIsOver) {
  EXPECT_FALSE(health_.wants_trial());
  fail();
  EXPECT_FALSE(health_.wants_trial());
  clock_.advance(1s);
  EXPECT_TRUE(health_.wants_trial());

  const auto trial = health_.admit(Purpose::trial);

  EXPECT_FALSE(health_.wants_trial()) << "under way";
}

TEST_F(EndpointHealthTest, WantsNoTrialForWhatNobodyHasAskedForLately) {
  fail();
  clock_.advance(EndpointHealth::kWantedLately + 1ms);
  ASSERT_FALSE(health_.wants_trial());

  EXPECT_FALSE(health_.refuses(Purpose::pull)) << "whoever comes asks";

  EXPECT_TRUE(health_.wants_trial());
}

TEST_F(EndpointHealthTest, WantsATrialAfterAPauseAskedForToo) {
  answer(head(429, {{"Retry-After", "60"}}));
  clock_.advance(60s);

  EXPECT_TRUE(health_.wants_trial());

  EXPECT_TRUE(health_.refuses(Purpose::pull)) << "not everybody at once";
}

TEST_F(EndpointHealthTest, LetsAnOrderPassABackoffButNoPauseAskedFor) {
  fail();
  EXPECT_FALSE(health_.refuses(Purpose::order));

  answer(head(429, {{"Retry-After", "60"}}));

  EXPECT_TRUE(health_.refuses(Purpose::order));
  EXPECT_NE(refusal(Purpose::order).find("(60 s): HTTP 429, Retry-After 60 s"), std::string::npos);
}

TEST_F(EndpointHealthTest, ClosesOnceATrialHasItsHead) {
  fail();
  clock_.advance(1s);
  auto trial = health_.admit(Purpose::trial);
  trial->begins(std::nullopt);

  trial->head(head(200), /*is_last_word=*/true);

  EXPECT_FALSE(health_.refuses(Purpose::pull));
  EXPECT_EQ(observer_.events(), (Events{HealthEvent::opened, HealthEvent::closed}));
}

TEST_F(EndpointHealthTest, DoesNotCloseForAChallenge) {
  fail();
  clock_.advance(1s);
  auto trial = health_.admit(Purpose::trial);
  trial->begins(std::nullopt);

  trial->head(head(401), /*is_last_word=*/false);
  trial->token_failed({Errc::timeout, "token realm auth.example: connect deadline passed"});

  EXPECT_EQ(health_.report().state, BreakerState::open);
  EXPECT_EQ(health_.report().reason, "token realm auth.example: connect deadline passed");
  EXPECT_EQ(observer_.events(), (Events{HealthEvent::opened, HealthEvent::reopened}));
}

TEST_F(EndpointHealthTest, TakesARefusedTokenForAnAnswer) {
  fail();
  clock_.advance(1s);
  auto trial = health_.admit(Purpose::trial);

  trial->token_failed({Errc::denied, "token realm auth.example answers HTTP 401"});

  EXPECT_EQ(health_.report().state, BreakerState::closed);
}

TEST_F(EndpointHealthTest, BlamesNobodyForADeadlineThatHadNoChance) {
  auto permit = health_.admit(Purpose::pull);
  permit->begins(clock_.now() + 1ms);

  permit->ended(0, kConnect);

  EXPECT_EQ(health_.report().state, BreakerState::closed);
}

TEST_F(EndpointHealthTest, TakesAnAnswerWithoutATokenInTimeForATroubleOnly) {
  for (int i = 0; i < 2; ++i) {
    auto permit = health_.admit(Purpose::pull);
    permit->begins(clock_.now() + 3s);
    permit->head(head(401), /*is_last_word=*/false);
    permit->token_failed({Errc::timeout, "total deadline passed"});
  }

  EXPECT_EQ(health_.report().state, BreakerState::closed);
}

TEST_F(EndpointHealthTest, TakesAShareThatWasTooShortToConnectForATroubleOnly) {
  EndpointHealth slow("https://reg.example", clock_, observer_, random_jitter, 2s);
  auto permit = slow.admit(Purpose::pull);
  permit->begins(clock_.now() + 1s);

  permit->ended(0, kConnect);

  EXPECT_EQ(slow.report().state, BreakerState::closed);
}

TEST_F(EndpointHealthTest, TellsOnceThatItOpensAndCloses) {
  fail();
  refusal();
  refusal();
  clock_.advance(1s);
  fail(kConnect, Purpose::trial);
  clock_.advance(2s);
  answer(head(200));
  answer(head(200));

  EXPECT_EQ(observer_.events(),
            (Events{HealthEvent::opened, HealthEvent::reopened, HealthEvent::closed}));
}

TEST_F(EndpointHealthTest, SmoothsItsLatency) {
  EXPECT_FALSE(health_.latency());

  answer(head(200), 100ms);
  EXPECT_EQ(health_.latency()->smoothed, 100ms);
  answer(head(404), 500ms);

  EXPECT_EQ(health_.latency()->smoothed, 200ms);
  EXPECT_EQ(health_.latency()->measured_at, clock_.now());
  EXPECT_EQ(health_.report().latency, 200ms);
}

TEST_F(EndpointHealthTest, KeepsALowQuotaForPulls) {
  answer(docker_head("15;w=21600"));

  EXPECT_EQ(refusal(Purpose::revalidate),
            "upstream_down: https://reg.example is asked for pulls only, until there are more: "
            "15 of 100 requests are left");
  EXPECT_EQ(refusal(Purpose::warm), "admitted");
  EXPECT_EQ(refusal(Purpose::pull), "admitted");
  EXPECT_EQ(refusal(Purpose::order), "admitted");
  EXPECT_TRUE(health_.refuses(Purpose::revalidate));
}

TEST_F(EndpointHealthTest, StopsPullsWhenNothingIsLeftUntilTheReset) {
  answer(head(200, {{"RateLimit", "\"default\";r=0;t=30"}}));

  EXPECT_NE(refusal().find("(30 s): 0 requests are left"), std::string::npos) << refusal();
  clock_.advance(30s);

  EXPECT_EQ(refusal(), "admitted");
}

TEST_F(EndpointHealthTest, ReadsTheQuotaOfARefusal) {
  answer(head(429, {{"ratelimit-limit", "100;w=21600"}, {"ratelimit-remaining", "0;w=21600"}}));

  ASSERT_TRUE(health_.report().quota);
  EXPECT_EQ(health_.report().quota->remaining, 0U);
  EXPECT_EQ(health_.report().quota->limit, 100U);
}

TEST_F(EndpointHealthTest, KeepsAQuotaThatAnAnswerDoesNotMention) {
  answer(docker_head("15;w=21600"));

  answer(head(200));

  EXPECT_EQ(health_.report().quota->remaining, 15U);
}

TEST_F(EndpointHealthTest, TellsOnceThatAQuotaIsLowAndThatItRecovered) {
  for (const char* remaining : {"21", "19", "18", "21", "19", "29", "30", "31"}) {
    answer(docker_head(remaining));
  }

  EXPECT_EQ(observer_.events(), (Events{HealthEvent::quota_low, HealthEvent::quota_recovered}));
  EXPECT_EQ(observer_.last().quota->remaining, 30U);
}

TEST_F(EndpointHealthTest, ReportsWhatItKnows) {
  const auto healthy = health_.report();
  fail();
  const auto opened_at = clock_.wall();
  clock_.advance(500ms);
  const auto open = health_.report();
  clock_.advance(500ms);

  EXPECT_EQ(healthy.url, "https://reg.example");
  EXPECT_EQ(healthy.state, BreakerState::closed);
  EXPECT_FALSE(healthy.since);
  EXPECT_EQ(open.state, BreakerState::open);
  EXPECT_EQ(open.since, opened_at);
  EXPECT_EQ(open.until, opened_at + 1s);
  EXPECT_EQ(open.reason, kConnect.context);
  EXPECT_FALSE(open.is_pause);
  EXPECT_EQ(health_.report().state, BreakerState::half_open);
}

TEST_F(EndpointHealthTest, HasNothingToSaveAtFirst) {
  EXPECT_FALSE(health_.take_unsaved(/*at_close=*/true));
}

TEST_F(EndpointHealthTest, IsSavedAtOnceWhenItsBreakerChanges) {
  fail();

  EXPECT_TRUE(health_.take_unsaved(/*at_close=*/false));
  EXPECT_FALSE(health_.take_unsaved(/*at_close=*/false));
  health_.not_saved();
  EXPECT_TRUE(health_.take_unsaved(/*at_close=*/false));
}

TEST_F(EndpointHealthTest, SavesItsQuotaNowAndThen) {
  answer(docker_head("50"));
  EXPECT_TRUE(health_.take_unsaved(/*at_close=*/false));

  answer(docker_head("49"));
  EXPECT_FALSE(health_.take_unsaved(/*at_close=*/false));
  clock_.advance(EndpointHealth::kSaveInterval);
  EXPECT_TRUE(health_.take_unsaved(/*at_close=*/false));

  answer(docker_head("48"));
  EXPECT_TRUE(health_.take_unsaved(/*at_close=*/true));
}

TEST_F(EndpointHealthTest, GoesOnFromItsText) {
  answer(docker_head("15;w=21600"));
  fail();
  EndpointHealth restarted = make();

  ASSERT_TRUE(restarted.restore(*health_.take_unsaved(/*at_close=*/false)).ok());

  EXPECT_TRUE(restarted.refuses(Purpose::pull));
  EXPECT_EQ(restarted.report().reason, kConnect.context);
  EXPECT_EQ(restarted.report().quota->remaining, 15U);
  clock_.advance(1s);
  EXPECT_TRUE(restarted.wants_trial());
  clock_.advance(kTrialWait);
  EXPECT_FALSE(restarted.refuses(Purpose::pull));
  EXPECT_TRUE(restarted.refuses(Purpose::revalidate));
}

TEST_F(EndpointHealthTest, LeavesATokenServerAloneOverARestart) {
  health_.tokens_paused({Sign::wants_pause, "token realm auth.example: HTTP 429", 600s});
  EndpointHealth restarted = make();

  ASSERT_TRUE(restarted.restore(*health_.take_unsaved(/*at_close=*/false)).ok());

  clock_.advance(599s);
  EXPECT_FALSE(restarted.admit(Purpose::pull).ok());
  clock_.advance(1s);
  EXPECT_TRUE(restarted.admit(Purpose::pull).ok());
}

auth::RenewalFacts token_until(WallTime ends) {
  return {.upstream = "reg.example", .kind = "token", .of = "repository:a:pull", .ends = ends};
}

TEST_F(EndpointHealthTest, RemembersOverARestartUntilWhenATokenWasGood) {
  health_.note_credentials("reg.example", {token_until(clock_.wall() + 60s)});
  EndpointHealth restarted = make();

  ASSERT_TRUE(restarted.restore(*health_.take_unsaved(/*at_close=*/true)).ok());

  ASSERT_EQ(restarted.report().credentials.size(), 1U);
  EXPECT_FALSE(restarted.report().credentials[0].is_held);
  restarted.note_credentials("reg.example", {token_until(clock_.wall() + 300s)});
  ASSERT_EQ(restarted.report().credentials.size(), 1U);
  EXPECT_TRUE(restarted.report().credentials[0].is_held);
}

TEST_F(EndpointHealthTest, ForgetsALostTokenAtItsEnd) {
  health_.note_credentials("reg.example", {token_until(clock_.wall() + 60s)});
  EndpointHealth restarted = make();
  ASSERT_TRUE(restarted.restore(*health_.take_unsaved(/*at_close=*/true)).ok());
  clock_.advance(60s);

  restarted.note_credentials("reg.example", {});

  EXPECT_TRUE(restarted.report().credentials.empty());
}

TEST_F(EndpointHealthTest, KeepsTheCredentialsOfUpstreamsThatShareItApart) {
  auto others = token_until(clock_.wall() + 60s);
  others.upstream = "mirror.example";
  health_.note_credentials("mirror.example", {others});
  health_.note_credentials("reg.example", {token_until(clock_.wall() + 60s)});

  EXPECT_EQ(health_.report().credentials.size(), 2U);
  health_.note_credentials("reg.example", {});
  EXPECT_EQ(health_.report().credentials, std::vector{others});
}

TEST_F(EndpointHealthTest, SavesWhenTokensEndNowAndThen) {
  health_.note_credentials("reg.example", {token_until(clock_.wall() + 1h)});
  ASSERT_TRUE(health_.take_unsaved(/*at_close=*/false));

  health_.note_credentials("reg.example", {token_until(clock_.wall() + 1h)});
  EXPECT_FALSE(health_.take_unsaved(/*at_close=*/false)) << "nothing is new";
  health_.note_credentials("reg.example", {token_until(clock_.wall() + 2h)});
  EXPECT_FALSE(health_.take_unsaved(/*at_close=*/false)) << "too soon";
  clock_.advance(EndpointHealth::kSaveInterval);
  EXPECT_TRUE(health_.take_unsaved(/*at_close=*/false));
}

TEST_F(EndpointHealthTest, TakesNoTextOfAnotherEndpoint) {
  fail();
  EndpointHealth other("https://other.example", clock_, observer_);

  EXPECT_EQ(other.restore(*health_.take_unsaved(false)).error().code, Errc::not_found);
  EXPECT_EQ(other.restore("{}").error().code, Errc::invalid);

  EXPECT_FALSE(other.refuses(Purpose::pull));
}

TEST_F(EndpointHealthTest, LetsOneOfManyThreadsTry) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 200;
  std::atomic<int> admitted = 0;
  std::barrier arrive(kThreads + 1);
  const auto ask = [&] {
    for (int round = 0; round < kRounds; ++round) {
      arrive.arrive_and_wait();
      auto permit = health_.admit(Purpose::trial);
      if (permit.ok()) ++admitted;
      arrive.arrive_and_wait();
      if (permit.ok()) permit->token_failed(kConnect);
      arrive.arrive_and_wait();
    }
  };
  fail();
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(ask);

  for (int round = 0; round < kRounds; ++round) {
    clock_.advance(kBackoffMax);
    for (int phase = 0; phase < 3; ++phase) arrive.arrive_and_wait();
  }

  threads.clear();
  EXPECT_EQ(admitted, kRounds);
}

TEST(Jitter, IsSpreadOverItsRange) {
  double least = 1;
  double most = -1;
  for (int i = 0; i < 1000; ++i) {
    const double jitter = random_jitter();
    least = std::min(least, jitter);
    most = std::max(most, jitter);
  }

  EXPECT_GE(least, -1);
  EXPECT_LE(most, 1);
  EXPECT_GT(most - least, 1);
}

}  // namespace
}  // namespace larder::upstream
