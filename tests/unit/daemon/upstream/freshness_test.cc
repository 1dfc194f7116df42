#include "daemon/upstream/freshness.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "tests/support/bytes.h"
#include "tests/support/fake_clock.h"

namespace larder::upstream {
namespace {

using namespace std::chrono_literals;

const cache::TagName kTag{"docker.io", "library/redis", "7"};

class FreshnessTest : public ::testing::Test {
 protected:
  // What `rules` say of a tag checked `age` ago.
  Freshness judge(std::vector<FreshnessRule> rules, Duration age) {
    const cache::TagRecord record{testing::digest_of_text("x"), "", 1, {}, clock_.wall()};
    clock_.advance(age);
    return FreshnessRules(std::move(rules)).judge(kTag, record, clock_.wall()).freshness;
  }

  testing::FakeClock clock_;
};

TEST_F(FreshnessTest, IsFreshWithinTheTtl) {
  EXPECT_EQ(judge({{"**", 15min, 1h}}, 0s), Freshness::fresh);
  EXPECT_EQ(judge({{"**", 15min, 1h}}, 15min - 1ms), Freshness::fresh);
}

TEST_F(FreshnessTest, IsStaleBeyondTheTtl) {
  EXPECT_EQ(judge({{"**", 15min, 1h}}, 15min), Freshness::stale);
  EXPECT_EQ(judge({{"**", 15min, 1h}}, 15min + 1h), Freshness::stale);
}

TEST_F(FreshnessTest, IsExpiredBeyondStaleFor) {
  EXPECT_EQ(judge({{"**", 15min, 1h}}, 15min + 1h + 1ms), Freshness::expired);
  EXPECT_EQ(judge({{"**", 15min, 0ms}}, 15min + 1ms), Freshness::expired);
}

TEST_F(FreshnessTest, IsNeverExpiredWithoutALimit) {
  EXPECT_EQ(judge({{"**", 15min, std::nullopt}}, 24h * 365), Freshness::stale);
  EXPECT_EQ(judge({{"**", 15min, std::chrono::milliseconds::max()}}, 24h * 365), Freshness::stale);
}

TEST_F(FreshnessTest, FollowsTheFirstRuleThatMatches) {
  const std::vector<FreshnessRule> rules{
      {"quay.io/**", 1h, 1h}, {"docker.io/**", 1min, 1h}, {"**", 1h, 1h}};

  EXPECT_EQ(judge(rules, 30min), Freshness::stale);
}

TEST_F(FreshnessTest, OfAListFollowsTheRuleForTheRepository) {
  const FreshnessRules rules(
      {{"**:?tags*", 1min, 1h}, {"**1", 1min, 1h}, {"reg.test/app:*", 1h, 1h}});
  const cache::TagRecord record{testing::digest_of_text("x"), "", 1, {}, clock_.wall()};

  for (const char* list : {"?tags", "?tags&n=2&last=1", "?referrers&sha256:11"}) {
    const auto verdict = rules.judge({"reg.test", "app", list}, record, clock_.wall());

    EXPECT_EQ(verdict.ttl_left, 1h) << list;
  }
}

TEST_F(FreshnessTest, IsStaleWhenNoRuleMatches) {
  EXPECT_EQ(judge({{"quay.io/**", 1h, 1h}}, 0s), Freshness::stale);
  EXPECT_EQ(judge({}, 24h * 365), Freshness::stale);
}

TEST_F(FreshnessTest, IsStaleWhenTheClockWasSetBack) {
  EXPECT_EQ(judge({{"**", 1h, 1h}}, -1s), Freshness::stale);
}

class GoneTag : public ::testing::Test {
 protected:
  // Last there 20 minutes ago, said to be gone 5 minutes ago.
  FreshnessVerdict judge(std::optional<std::chrono::milliseconds> stale_for) const {
    const cache::TagRecord record{
        testing::digest_of_text("x"), "", 1, {}, kNow - 20min, kNow - 5min};
    return rules(stale_for).judge(kTag, record, kNow);
  }
  static FreshnessRules rules(std::optional<std::chrono::milliseconds> stale_for) {
    return FreshnessRules({{"**", 15min, stale_for}});
  }
  static constexpr WallTime kNow{std::chrono::hours(24 * 365 * 50)};
};

TEST_F(GoneTag, IsNotAskedForAgainWithinItsTtl) {
  const auto verdict = judge(1h);

  EXPECT_EQ(verdict.freshness, Freshness::fresh);
  EXPECT_EQ(verdict.ttl_left, 10min);
  EXPECT_EQ(verdict.servable_left, 55min);
}

TEST_F(GoneTag, IsServedNoLongerThanItsStaleTimeAfterItWasThere) {
  EXPECT_EQ(judge(5min).freshness, Freshness::fresh);
  EXPECT_EQ(judge(5min - 1ms).freshness, Freshness::expired);
  EXPECT_EQ(judge(std::nullopt).servable_left, std::nullopt);
}

}  // namespace
}  // namespace larder::upstream
