#include "daemon/control/upstream_families.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/control/metrics.h"

namespace larder::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using upstream::BreakerState;
using upstream::HealthReport;
using upstream::QuotaReport;

std::string text_of(std::vector<upstream::UpstreamReport> reports) {
  Metrics metrics("1.2.3");
  Readings readings;
  readings.upstreams = std::move(reports);
  return metrics.text(readings);
}

HealthReport endpoint(BreakerState state, std::optional<QuotaReport> quota = {}) {
  HealthReport report;
  report.state = state;
  report.quota = quota;
  return report;
}

TEST(UpstreamFamilies, TellTheLowestQuotaOfAnUpstreamsEndpoints) {
  const auto text = text_of({{"docker.io",
                              {},
                              {endpoint(BreakerState::closed, QuotaReport{76, 100, {}}),
                               endpoint(BreakerState::closed, QuotaReport{12, 50, {}}),
                               endpoint(BreakerState::closed)}}});

  EXPECT_THAT(text, HasSubstr("# TYPE larder_upstream_quota_remaining gauge\n"));
  EXPECT_THAT(text, HasSubstr("larder_upstream_quota_remaining{upstream=\"docker.io\"} 12\n"));
  EXPECT_THAT(text, HasSubstr("larder_upstream_quota_limit{upstream=\"docker.io\"} 50\n"));
}

TEST(UpstreamFamilies, TellTheLongestPauseOfEachKindOfCredential) {
  using std::chrono::seconds;
  const auto credential = [](const char* kind, seconds pause, bool is_held = true) {
    return auth::RenewalFacts{
        .upstream = "ecr.test", .kind = kind, .of = "x", .pause = pause, .is_held = is_held};
  };
  auto failing = endpoint(BreakerState::closed);
  failing.credentials = {credential("token", seconds(10)), credential("token", seconds(40)),
                         credential("ecr", seconds(0)), credential("gcp", seconds(20), false)};

  const auto text = text_of({{"ecr.test", {}, {failing}}});

  EXPECT_THAT(text,
              HasSubstr("larder_token_backoff_seconds{upstream=\"ecr.test\",kind=\"token\"} 40\n"));
  EXPECT_THAT(text,
              HasSubstr("larder_token_backoff_seconds{upstream=\"ecr.test\",kind=\"ecr\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("kind=\"gcp\"")));
}

TEST(UpstreamFamilies, HaveNoSeriesForWhatIsUnknown) {
  const auto text =
      text_of({{"a.test", {}, {endpoint(BreakerState::closed)}},
               {"b.test", {}, {endpoint(BreakerState::closed, QuotaReport{3, {}, {}})}}});

  EXPECT_THAT(text, Not(HasSubstr("quota_remaining{upstream=\"a.test\"}")));
  EXPECT_THAT(text, HasSubstr("quota_remaining{upstream=\"b.test\"} 3\n"));
  EXPECT_THAT(text, Not(HasSubstr("quota_limit{")));
}

TEST(UpstreamFamilies, SayWhenNoEndpointOfAnUpstreamWorks) {
  const auto text = text_of(
      {{"fine.test", {}, {endpoint(BreakerState::closed)}},
       {"half.test", {}, {endpoint(BreakerState::open), endpoint(BreakerState::closed)}},
       {"down.test", {}, {endpoint(BreakerState::open), endpoint(BreakerState::half_open)}}});

  EXPECT_THAT(text, HasSubstr("larder_upstream_breaker_open{upstream=\"fine.test\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("larder_upstream_breaker_open{upstream=\"half.test\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("larder_upstream_breaker_open{upstream=\"down.test\"} 1\n"));
}

}  // namespace
}  // namespace larder::control
