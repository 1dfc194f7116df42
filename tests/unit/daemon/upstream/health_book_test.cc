// Many endpoints' health, and what a restart makes of it.
#include "daemon/upstream/health_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/health_book.h"

namespace larder::upstream {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

http::Url url(const std::string& text) {
  return http::Url::parse(text).value();
}

// Wall and steady clock move apart, as they do over a restart.
class TwoClocks final : public Clock {
 public:
  MonoTime now() const override { return mono; }
  WallTime wall() const override { return wall_time; }

  MonoTime mono{1000h};
  WallTime wall_time{1'700'000'000s};
};

class HealthBookTest : public ::testing::Test {
 protected:
  std::unique_ptr<HealthBook> open_book() {
    return std::make_unique<HealthBook>(store_, clock_, observer_, [] { return 0.0; });
  }
  // Saves the book and opens it again, on a machine that has just started.
  void restart(Duration wall_passed) {
    ASSERT_TRUE(book_->save_all().ok());
    clock_.mono = MonoTime(5s);
    clock_.wall_time += wall_passed;
    book_ = open_book();
  }
  void fail(const std::shared_ptr<EndpointHealth>& health) {
    auto permit = health->admit(Purpose::pull);
    ASSERT_TRUE(permit.ok());
    permit->begins(std::nullopt);
    permit->ended(0, Error{Errc::upstream_down, "refused"});
  }
  void pause(const std::shared_ptr<EndpointHealth>& health, const std::string& retry_after) {
    auto permit = health->admit(Purpose::pull);
    ASSERT_TRUE(permit.ok());
    http::ResponseHead head{.status = 429, .headers = {}, .content_length = {}};
    head.headers.add("Retry-After", retry_after);
    head.headers.add("ratelimit-limit", "100;w=21600");
    head.headers.add("ratelimit-remaining", "5;w=21600");
    permit->begins(std::nullopt);
    permit->head(head, /*is_last_word=*/true);
    permit->ended(0, {});
  }

  TwoClocks clock_;
  testing::MemoryHealthStore store_;
  testing::RecordingHealthObserver observer_;
  std::unique_ptr<HealthBook> book_ = open_book();
};

TEST_F(HealthBookTest, HasOneHealthPerEndpoint) {
  const auto one = book_->of(url("https://reg.example"));

  EXPECT_EQ(book_->of(url("https://reg.example/")), one);
  EXPECT_EQ(book_->of(url("https://REG.example:443/?x=secret")), one);
  EXPECT_NE(book_->of(url("http://reg.example")), one);
  EXPECT_NE(book_->of(url("https://reg.example/mirror")), one);
  EXPECT_EQ(one->url(), "https://reg.example");
}

TEST_F(HealthBookTest, ReportsAllItKnows) {
  fail(book_->of(url("https://b.example")));
  book_->of(url("https://a.example/mirror/"));

  const auto reports = book_->reports();

  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].url, "https://a.example/mirror");
  EXPECT_EQ(reports[1].state, BreakerState::open);
}

TEST_F(HealthBookTest, SavesOnlyWhatChanged) {
  const auto sick = book_->of(url("https://sick.example"));
  book_->of(url("https://fine.example"));
  fail(sick);

  ASSERT_TRUE(book_->save_changes().ok());
  ASSERT_TRUE(book_->save_changes().ok());

  EXPECT_EQ(store_.saves(), 1);
}

TEST_F(HealthBookTest, GoesOnAfterARestart) {
  pause(book_->of(url("https://reg.example")), "60");

  restart(20s);
  const auto health = book_->of(url("https://reg.example"));

  EXPECT_TRUE(health->refuses(Purpose::order));
  EXPECT_EQ(health->report().until, clock_.wall_time + 40s);
  EXPECT_EQ(health->report().reason, "HTTP 429, Retry-After 60 s");
  EXPECT_EQ(health->report().quota->remaining, 5U);
  clock_.mono += 40s;
  EXPECT_TRUE(health->wants_trial());
}

TEST_F(HealthBookTest, WaitsNoLongerWhenTheWallClockWasSetBack) {
  pause(book_->of(url("https://reg.example")), "60");

  restart(-1000h);
  const auto health = book_->of(url("https://reg.example"));

  EXPECT_TRUE(health->refuses(Purpose::pull));
  clock_.mono += 60s;
  EXPECT_TRUE(health->wants_trial());
}

TEST_F(HealthBookTest, TriesAgainWhenTheTimeHasPassedMeanwhile) {
  fail(book_->of(url("https://reg.example")));

  restart(10s);
  const auto health = book_->of(url("https://reg.example"));

  EXPECT_EQ(health->report().state, BreakerState::half_open);
  EXPECT_TRUE(health->wants_trial());
  EXPECT_TRUE(health->admit(Purpose::pull).ok());
}

TEST_F(HealthBookTest, KeepsTheHealthOfEachWayApart) {
  const auto endpoint = url("https://reg.example");
  fail(book_->of(endpoint, "proxy http://p.example"));

  restart(0s);

  EXPECT_FALSE(book_->of(endpoint)->refuses(Purpose::pull));
  EXPECT_TRUE(book_->of(endpoint, "proxy http://p.example")->refuses(Purpose::pull));
  EXPECT_THAT(observer_.forgotten(), ::testing::IsEmpty());
}

TEST_F(HealthBookTest, TakesFewPlacesForManyEndpoints) {
  for (std::size_t i = 0; i < HealthBook::kPlacesMax + 1000; ++i) {
    const auto health = book_->of(url("https://reg" + std::to_string(i) + ".example"));
    fail(health);
    ASSERT_TRUE(book_->save_changes().ok());
  }

  EXPECT_LE(store_.names(), HealthBook::kPlacesMax);
}

TEST_F(HealthBookTest, BeginsQuietlyAnewWhereAnotherTookItsPlace) {
  fail(book_->of(url("https://reg.example")));
  ASSERT_TRUE(book_->save_changes().ok());
  const std::string text = store_.any_text();
  fail(book_->of(url("https://other.example")));
  ASSERT_TRUE(book_->save_changes().ok());
  store_.damage(text);

  book_ = open_book();

  EXPECT_FALSE(book_->of(url("https://other.example"))->refuses(Purpose::pull));
  EXPECT_THAT(observer_.forgotten(), ::testing::IsEmpty());
}

TEST_F(HealthBookTest, RemembersThatAnEndpointIsWellAgain) {
  const auto health = book_->of(url("https://reg.example"));
  fail(health);
  ASSERT_TRUE(book_->save_changes().ok());
  clock_.mono += 1s;
  health->admit(Purpose::trial)->token_failed({Errc::denied, "an answer"});

  restart(0s);

  EXPECT_EQ(book_->of(url("https://reg.example"))->report().state, BreakerState::closed);
}

TEST_F(HealthBookTest, BeginsAnewFromADamagedText) {
  fail(book_->of(url("https://reg.example")));
  ASSERT_TRUE(book_->save_changes().ok());
  store_.damage("{\"format\":1,");

  book_ = open_book();

  EXPECT_FALSE(book_->of(url("https://reg.example"))->refuses(Purpose::pull));
  EXPECT_EQ(observer_.forgotten(), Strings{"https://reg.example invalid: no saved health"});
}

TEST_F(HealthBookTest, BeginsAnewWhenTheStoreFails) {
  store_.fail(Error{Errc::corrupt, "x"});

  EXPECT_FALSE(book_->of(url("https://reg.example"))->refuses(Purpose::pull));

  EXPECT_EQ(observer_.forgotten(), Strings{"https://reg.example corrupt: x"});
}

TEST_F(HealthBookTest, SavesAgainWhatTheStoreDidNotTake) {
  fail(book_->of(url("https://reg.example")));
  store_.fail(Error{Errc::no_space, "x"});
  EXPECT_EQ(book_->save_changes().error().code, Errc::no_space);

  store_.fail(std::nullopt);
  ASSERT_TRUE(book_->save_changes().ok());

  EXPECT_EQ(store_.saves(), 1);
}

TEST_F(HealthBookTest, ForgetsOnlyWhatNobodyHas) {
  const auto kept = book_->of(url("https://kept.example"));
  const auto count = static_cast<int>(HealthBook::kIdleMax) + 10;
  for (int i = 0; i < count; ++i) book_->of(url("https://r" + std::to_string(i) + ".example"));

  EXPECT_LE(book_->reports().size(), HealthBook::kIdleMax + 2);
  EXPECT_EQ(book_->of(url("https://kept.example")), kept);
}

}  // namespace
}  // namespace larder::upstream
