// Which exchanges of an endpoint say something about its health, and what a refusal costs.
#include "tests/unit/daemon/upstream/endpoint_fixture.h"

namespace larder::upstream {
namespace {

using namespace std::chrono_literals;

const FakeAnswer kHostDown{.error = Error{Errc::upstream_down, "reg.example: connection refused"}};
const FakeAnswer kOk{.body = "hello"};

class EndpointBreakerTest : public EndpointTest {
 protected:
  Status send_for(Purpose purpose, std::stop_token stop = {}) {
    RegistryRequest request;
    request.path = "/v2/team/app/blobs/x";
    request.repository = "team/app";
    request.purpose = purpose;
    return endpoint_->send(request, response_, stop);
  }
  BreakerState state() const { return endpoint_->health().report().state; }
};

TEST_F(EndpointBreakerTest, MakesNoExchangeOnceItIsOpen) {
  answer({kHostDown});
  EXPECT_EQ(send().error().code, Errc::upstream_down);

  const auto refused = send();

  EXPECT_EQ(refused.error().code, Errc::upstream_down);
  EXPECT_NE(refused.error().context.find("https://reg.example is not asked, until "),
            std::string::npos);
  EXPECT_NE(refused.error().context.find("connection refused"), std::string::npos);
  EXPECT_EQ(client_->count(), 1U);
  EXPECT_EQ(observer_.told().size(), 1U);
}

TEST_F(EndpointBreakerTest, TriesAgainAndCloses) {
  answer({kHostDown, kOk, kOk});
  (void)send();
  clock_.advance(1s + kTrialWait);

  EXPECT_TRUE(send().ok());
  EXPECT_TRUE(send().ok());

  EXPECT_EQ(state(), BreakerState::closed);
}

TEST_F(EndpointBreakerTest, LeavesAnUpstreamAloneForAsLongAsItAsks) {
  answer({{.status = 429, .headers = {{"Retry-After", "60"}}}, kOk});
  ASSERT_TRUE(send().ok());
  EXPECT_EQ(response_.status(), 429);

  clock_.advance(60s - 1ms);
  EXPECT_FALSE(send().ok());
  EXPECT_FALSE(send_for(Purpose::order).ok());
  EXPECT_EQ(client_->count(), 1U);

  clock_.advance(1ms);
  EXPECT_FALSE(send().ok()) << "first somebody has to find out whether it is time";
  endpoint_->try_out(clock_.now() + 1s, {});
  EXPECT_TRUE(send().ok());
}

TEST_F(EndpointBreakerTest, LetsAnOperatorTryEarlier) {
  answer({kHostDown, kOk});
  (void)send();

  EXPECT_TRUE(send_for(Purpose::order).ok());

  EXPECT_EQ(state(), BreakerState::closed);
}

class Healthy : public EndpointBreakerTest, public ::testing::WithParamInterface<FakeAnswer> {};

TEST_P(Healthy, AnswersKeepItClosed) {
  answer({GetParam()});

  for (int i = 0; i < 5; ++i) (void)send();

  EXPECT_EQ(state(), BreakerState::closed);
  EXPECT_GE(client_->count(), 5U);
}

INSTANTIATE_TEST_SUITE_P(Table, Healthy,
                         ::testing::Values(FakeAnswer{.status = 200}, FakeAnswer{.status = 304},
                                           FakeAnswer{.status = 401}, FakeAnswer{.status = 403},
                                           FakeAnswer{.status = 404}, FakeAnswer{.status = 501},
                                           challenge("Bearer realm=\"https://evil.example/t\""),
                                           redirect("http://downgrade.example/"),
                                           redirect("/endless"),
                                           FakeAnswer{.error = Error{Errc::io, "no sockets"}},
                                           FakeAnswer{.error = Error{Errc::denied, "loopback"}}));

TEST_F(EndpointBreakerTest, OpensAfterThreeServerErrorsInARow) {
  answer({{.status = 500}, {.status = 502}, {.status = 503}});

  for (int i = 0; i < 2; ++i) EXPECT_TRUE(send().ok());
  EXPECT_EQ(state(), BreakerState::closed);
  EXPECT_TRUE(send().ok());

  EXPECT_EQ(state(), BreakerState::open);
  EXPECT_EQ(endpoint_->health().report().reason, "HTTP 503");
}

TEST_F(EndpointBreakerTest, OpensAfterThreeAnswersThatBreakOff) {
  answer({{.body = "half", .error = Error{Errc::upstream_down, "cut"}, .error_after_body = true}});

  for (int i = 0; i < 3; ++i) EXPECT_EQ(send().error().code, Errc::upstream_down);

  EXPECT_EQ(state(), BreakerState::open);
}

TEST_F(EndpointBreakerTest, DoesNotMindADeadStorageHost) {
  client_.emplace([](const http::ClientRequest& request) {
    return request.url.host == "reg.example" ? redirect("https://cdn.example/x") : kHostDown;
  });
  start("https://reg.example");

  for (int i = 0; i < 5; ++i) EXPECT_EQ(send().error().code, Errc::upstream_down);

  EXPECT_EQ(state(), BreakerState::closed);
  EXPECT_EQ(client_->count(), 10U);
}

TEST_F(EndpointBreakerTest, DoesNotReadTheQuotaOfAStorageHost) {
  answer({redirect("https://cdn.example/x"),
          {.headers = {{"X-RateLimit-Limit", "10"}, {"X-RateLimit-Remaining", "0"}}}});

  ASSERT_TRUE(send().ok());

  EXPECT_FALSE(endpoint_->health().report().quota);
}

TEST_F(EndpointBreakerTest, OpensWhenTheTokenServerCannotBeReached) {
  answer({bearer_challenge(), kHostDown});

  EXPECT_EQ(send().error().code, Errc::upstream_down);

  EXPECT_EQ(state(), BreakerState::open);
  EXPECT_EQ(send().error().code, Errc::upstream_down);
  EXPECT_EQ(client_->count(), 2U);
}

TEST_F(EndpointBreakerTest, DoesNotTakeAChallengeWithoutAnAnswerForHealth) {
  answer({kHostDown, bearer_challenge(), kHostDown});
  (void)send();
  clock_.advance(1s + kTrialWait);

  (void)send();

  EXPECT_EQ(health_.observer.events(), (std::vector{HealthEvent::opened, HealthEvent::reopened}));
}

TEST_F(EndpointBreakerTest, HearsATokenServerThatAsksForAPause) {
  answer({bearer_challenge(), {.status = 429, .headers = {{"Retry-After", "60"}}}, kOk});

  EXPECT_EQ(send().error().code, Errc::upstream_down);
  const auto report = endpoint_->health().report();

  ASSERT_TRUE(report.tokens_paused);
  EXPECT_EQ(report.tokens_paused->until, clock_.wall() + 60s);
  EXPECT_EQ(report.tokens_paused->why, "token realm auth.reg.example: HTTP 429, Retry-After 60 s");
  EXPECT_EQ(report.state, BreakerState::closed);
  EXPECT_EQ(send().error().cause, kBreakerCause);
  EXPECT_EQ(client_->count(), 2U) << "neither the token server nor, in vain, the registry";
}

TEST_F(EndpointBreakerTest, UsesTheTokensItHasWhileThereAreNoOthers) {
  answer({bearer_challenge(), token("T"), kOk});
  ASSERT_TRUE(send().ok());

  endpoint_->health().tokens_paused({Sign::wants_pause, "HTTP 429", 60s});

  EXPECT_TRUE(send().ok());
}

TEST_F(EndpointBreakerTest, TakesATokenServersUselessAnswerForATrouble) {
  for (int i = 0; i < 2; ++i) {
    answer({bearer_challenge(), {.status = 500}});
    EXPECT_EQ(send().error().code, Errc::upstream_down);
    EXPECT_EQ(state(), BreakerState::closed);
  }
  answer({bearer_challenge(), {.status = 500}});

  EXPECT_EQ(send().error().code, Errc::upstream_down);

  EXPECT_EQ(state(), BreakerState::open);
}

TEST_F(EndpointBreakerTest, IsTriedByAHeadOfWhatWasWantedLast) {
  answer({kHostDown, bearer_challenge(), token("T"), kOk});
  (void)send();
  clock_.advance(1s);
  ASSERT_TRUE(endpoint_->wants_trial());

  endpoint_->try_out(clock_.now() + 1s, {});

  const auto asked = client_->requests();
  EXPECT_EQ(asked[1].method + " " + asked[1].url.target, "HEAD /v2/team/app/blobs/x");
  EXPECT_NE(asked[2].url.target.find("scope=repository%3Ateam%2Fapp%3Apull"), std::string::npos);
  EXPECT_EQ(state(), BreakerState::closed);
}

TEST_F(EndpointBreakerTest, LetsOneFindOutWhatATrialCannot) {
  client_.emplace([](const http::ClientRequest& request) {
    if (request.method == "HEAD") return FakeAnswer{.status = 500};
    return kOk;
  });
  start("https://reg.example");
  endpoint_->health().admit(Purpose::pull)->token_failed(*kHostDown.error);
  EXPECT_FALSE(send().ok());
  clock_.advance(1s);

  endpoint_->try_out(clock_.now() + 1s, {});

  EXPECT_EQ(client_->requests().back().url.target, "/v2/");
  EXPECT_TRUE(send().ok());
  EXPECT_EQ(state(), BreakerState::closed);
}

TEST_F(EndpointBreakerTest, IsNotTriedWhileNothingWasWanted) {
  answer({kHostDown});
  endpoint_->health().admit(Purpose::pull)->token_failed({Errc::upstream_down, "x"});
  clock_.advance(1s);
  ASSERT_TRUE(endpoint_->health().wants_trial());

  endpoint_->try_out(clock_.now() + 1s, {});

  EXPECT_FALSE(endpoint_->wants_trial());
  EXPECT_EQ(client_->count(), 0U);
}

TEST_F(EndpointBreakerTest, SaysBeforehandWhatItWouldRefuse) {
  answer({bearer_challenge(), token("T"), kOk});
  ASSERT_TRUE(send().ok());

  endpoint_->health().tokens_paused({Sign::wants_pause, "HTTP 429", 60s});

  EXPECT_EQ(endpoint_->refusal(Purpose::pull, "team/app"), std::nullopt) << "it has a token";
  EXPECT_NE(endpoint_->refusal(Purpose::pull, "team/other"), std::nullopt);
}

TEST_F(EndpointBreakerTest, JudgesTheAnswerAfterTheToken) {
  answer({bearer_challenge(), token("T"), {.status = 429, .headers = {{"Retry-After", "9"}}}});

  ASSERT_TRUE(send().ok());

  EXPECT_EQ(endpoint_->health().report().until, clock_.wall() + 9s);
}

TEST_F(EndpointBreakerTest, GivesItsTurnBackWhenStopped) {
  answer({kHostDown, kOk});
  (void)send();
  clock_.advance(1s + kTrialWait);
  std::stop_source stop;
  stop.request_stop();

  EXPECT_EQ(send_for(Purpose::pull, stop.get_token()).error().code, Errc::cancelled);

  EXPECT_EQ(state(), BreakerState::half_open);
  EXPECT_TRUE(send().ok());
}

TEST_F(EndpointBreakerTest, ClosesThoughTheBodyIsNotWanted) {
  answer({kHostDown, kOk});
  (void)send();
  clock_.advance(1s + kTrialWait);
  response_.body_bytes_wanted = 1;

  EXPECT_EQ(send().error().code, Errc::cancelled);

  EXPECT_EQ(state(), BreakerState::closed);
}

TEST_F(EndpointBreakerTest, ReadsItsQuotaAndKeepsTheRestForPulls) {
  answer(
      {{.headers = {{"ratelimit-limit", "100;w=21600"}, {"ratelimit-remaining", "12;w=21600"}}}});
  ASSERT_TRUE(send().ok());

  EXPECT_EQ(send_for(Purpose::revalidate).error().code, Errc::upstream_down);
  EXPECT_TRUE(send_for(Purpose::warm).ok());
  EXPECT_TRUE(send_for(Purpose::pull).ok());
  EXPECT_TRUE(send_for(Purpose::order).ok());

  EXPECT_EQ(client_->count(), 4U);
}

TEST_F(EndpointBreakerTest, MeasuresTheTimeToItsOwnHeads) {
  client_.emplace([this](const http::ClientRequest& request) {
    const bool is_own = request.url.host == "reg.example";
    clock_.advance(is_own ? 40ms : 900ms);
    return is_own ? redirect("https://cdn.example/x") : kOk;
  });
  start("https://reg.example");

  ASSERT_TRUE(send().ok());

  EXPECT_EQ(endpoint_->health().report().latency, 40ms);
}

}  // namespace
}  // namespace larder::upstream
