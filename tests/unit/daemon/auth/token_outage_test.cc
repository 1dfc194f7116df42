// An hour without the token server, as who pulls sees it: a token of 90 minutes goes on until its
// end, and not beyond.
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

#include "daemon/auth/credential_sources.h"
#include "daemon/auth/exchanger.h"
#include "tests/support/fake_client.h"
#include "tests/support/fake_clock.h"
#include "tests/support/recording_renewals.h"

namespace larder::auth {
namespace {

using namespace std::chrono_literals;

class TokenOutage : public ::testing::Test {
 protected:
  // From `begin` to `end` after the start every question fails.
  void lose_the_server(Duration begin, Duration end) {
    down_from_ = start_ + begin;
    down_until_ = start_ + end;
  }
  // A second after the other, with a pull and a look at what is due in each. Returns: how many
  // seconds of them had no token.
  int live(std::chrono::seconds seconds) {
    int without = 0;
    for (auto left = seconds; left > 0s; left -= 1s) {
      clock_.advance(1s);
      if (!exchanger_.remembered(wish_)) ++without;
      if (exchanger_.wants_renewal()) exchanger_.renew_due({});
    }
    return without;
  }
  testing::FakeAnswer answer() {
    const bool is_down = clock_.now() >= down_from_ && clock_.now() < down_until_;
    if (is_down) return {.error = Error{Errc::upstream_down, "connection refused"}};
    return {.body = R"({"token":"T)" + std::to_string(client_.count()) + R"(","expires_in":5400})"};
  }
  Result<std::string> authorize() {
    return exchanger_.authorize(
        {{Challenge::Scheme::bearer, "https://auth.reg.example/token", "", "", ""}}, wish_,
        std::nullopt, {});
  }

  const Wish wish_{"team/app", "repository:team/app:pull"};
  testing::FakeClock clock_;
  testing::RecordingRenewals observer_;
  const MonoTime start_ = clock_.now();
  MonoTime down_from_ = MonoTime::max();
  MonoTime down_until_ = MonoTime::max();
  AnonymousCredentials credentials_;
  testing::FakeClient client_{[this](const auto&) { return answer(); }};
  Exchanger exchanger_{{http::Url::parse("https://reg.example").value(),
                        "reg.example",
                        client_,
                        client_,
                        credentials_,
                        {},
                        clock_,
                        observer_}};
};

TEST_F(TokenOutage, OfAnHourWithinATokensLifeIsNoticedByNobody) {
  lose_the_server(20min, 80min);
  ASSERT_EQ(*authorize(), "Bearer T1");

  EXPECT_EQ(live(90min), 0);

  // At half its life, after 10, 20, 40, 80 and 160 s, then each 5 min until one succeeds.
  EXPECT_EQ(client_.count(), 1U + 12U);
  EXPECT_EQ(exchanger_.remembered(wish_), "Bearer T13");
}

TEST_F(TokenOutage, LeavesTheTokenInUseUntilItsLastSecond) {
  lose_the_server(20min, 120min);
  ASSERT_EQ(*authorize(), "Bearer T1");

  EXPECT_EQ(live(90min - 1s), 0);

  EXPECT_EQ(exchanger_.remembered(wish_), "Bearer T1");
  clock_.advance(1s);
  EXPECT_EQ(exchanger_.remembered(wish_), std::nullopt);
  EXPECT_EQ(authorize().error().code, Errc::upstream_down);
}

TEST_F(TokenOutage, IsToldWithItsPauseAndTheTokensEnd) {
  lose_the_server(20min, 120min);
  ASSERT_TRUE(authorize().ok());
  const WallTime ends = clock_.wall() + 90min;
  live(45min + 40s);

  const auto facts = exchanger_.facts();

  ASSERT_EQ(facts.size(), 1U);
  EXPECT_EQ(facts[0], (RenewalFacts{"reg.example", "token", "repository:team/app:pull", ends, 40s,
                                    ends - 45min + 70s, "token: connection refused"}));
  EXPECT_EQ(observer_.upstreams().back(), "reg.example");
}

}  // namespace
}  // namespace larder::auth
