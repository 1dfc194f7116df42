#include "daemon/upstream/realm_client.h"

#include <gtest/gtest.h>

#include "tests/support/fake_client.h"
#include "tests/support/fake_clock.h"
#include "tests/support/health_book.h"
#include "tests/support/recording_response.h"

namespace larder::upstream {
namespace {

using namespace std::chrono_literals;
using testing::FakeAnswer;

class RealmClientTest : public ::testing::Test {
 protected:
  Status ask(const FakeAnswer& answer) {
    testing::FakeClient client(std::vector<FakeAnswer>{answer});
    RealmClient realm(client, health_, clock_, Asker::larder);
    http::ClientRequest request;
    request.url = http::Url::parse("https://auth.example/token?x=secret").value();
    return realm.send(request, response_, {});
  }

  testing::FakeClock clock_;
  testing::RecordingHealthObserver observer_;
  EndpointHealth health_{"https://reg.example", clock_, observer_, [] { return 0.0; }};
  testing::RecordingResponse response_;
};

TEST_F(RealmClientTest, LetsAnswersPass) {
  ASSERT_TRUE(ask({.body = "{}"}).ok());

  EXPECT_EQ(response_.bytes(), "{}");
  EXPECT_EQ(ask({.error = Error{Errc::timeout, "x"}}).error().code, Errc::timeout);
  EXPECT_TRUE(ask({.status = 500}).ok());
  EXPECT_EQ(health_.report().state, BreakerState::closed);
}

TEST_F(RealmClientTest, LeavesATokenServerAloneForAsLongAsItSays) {
  const auto refused = ask({.status = 429, .headers = {{"Retry-After", "60"}}});

  EXPECT_EQ(refused.error().context, "token realm auth.example: HTTP 429, Retry-After 60 s");
  EXPECT_EQ(health_.report().tokens_paused->until, clock_.wall() + 60s);
  clock_.advance(60s - 1ms);
  EXPECT_EQ(ask({.body = "{}"}).error().cause, kBreakerCause);
  clock_.advance(1ms);
  EXPECT_TRUE(ask({.body = "{}"}).ok());
}

TEST_F(RealmClientTest, LeavesATokenServerAloneForAWhileWhenItDoesNotSay) {
  EXPECT_FALSE(ask({.status = 429}).ok());

  EXPECT_EQ(health_.report().tokens_paused->until, clock_.wall() + kPauseMin);
}

TEST_F(RealmClientTest, TellsOnceOfAPause) {
  (void)ask({.status = 429});
  (void)ask({.status = 429});

  EXPECT_EQ(observer_.events(), std::vector{HealthEvent::tokens_paused});
}

}  // namespace
}  // namespace larder::upstream
