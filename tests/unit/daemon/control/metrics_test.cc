#include "daemon/control/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace larder::control {
namespace {

using registry::RouteKind;
using std::chrono::microseconds;
using ::testing::HasSubstr;
using ::testing::Not;

RequestSample blob_hit(std::string_view listener) {
  return {.listener = listener,
          .kind = RouteKind::blob,
          .status = 200,
          .cache = CacheUse::hit,
          .served_bytes = 1000,
          .first_byte = microseconds(300),
          .total = microseconds(2'000'000)};
}

TEST(Metrics, CountARequestUnderItsLabels) {
  Metrics metrics("1.2.3");

  metrics.count_request(blob_hit("node"));
  metrics.count_request(blob_hit("node"));
  metrics.count_request({.listener = "pods", .kind = RouteKind::ping, .status = 401});

  const std::string text = metrics.text({});
  EXPECT_THAT(text, HasSubstr("# TYPE larder_requests_total counter\n"));
  EXPECT_THAT(text, HasSubstr("larder_requests_total{cache=\"hit\",code=\"200\",kind=\"blob\","
                              "listener=\"node\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("larder_requests_total{cache=\"none\",code=\"401\",kind=\"ping\","
                              "listener=\"pods\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("larder_served_bytes_total{cache=\"hit\"} 2000\n"));
}

TEST(Metrics, MeasureTimesInSeconds) {
  Metrics metrics("1.2.3");

  metrics.count_request(blob_hit("node"));

  const std::string text = metrics.text({});
  EXPECT_THAT(text,
              HasSubstr("larder_first_byte_seconds_bucket{kind=\"blob\",le=\"0.00025\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("larder_first_byte_seconds_bucket{kind=\"blob\",le=\"0.0005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("larder_request_seconds_sum{kind=\"blob\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("larder_request_seconds_count{kind=\"blob\"} 1\n"));
}

TEST(Metrics, DoNotTimeAnAnswerThatNeverBegan) {
  Metrics metrics("1.2.3");

  metrics.count_request({.listener = "node", .kind = RouteKind::blob, .status = 0});

  const std::string text = metrics.text({});
  EXPECT_THAT(text, HasSubstr("code=\"0\",kind=\"blob\",listener=\"node\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("larder_first_byte_seconds_count{kind=\"blob\"} 0\n"));
}

TEST(Metrics, CountUpstreamTraffic) {
  Metrics metrics("1.2.3");

  metrics.count_upstream_request("docker.io", 200, 5000);
  metrics.count_upstream_request("docker.io", 0, 10);

  const std::string text = metrics.text({});
  EXPECT_THAT(text,
              HasSubstr("larder_upstream_requests_total{code=\"200\",upstream=\"docker.io\"} 1\n"));
  EXPECT_THAT(text,
              HasSubstr("larder_upstream_requests_total{code=\"0\",upstream=\"docker.io\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("larder_upstream_bytes_total{upstream=\"docker.io\"} 5010\n"));
}

TEST(Metrics, CountWhatWentWrong) {
  Metrics metrics("1.2.3");

  metrics.count_flight_join();
  metrics.count_corrupt_blob();
  metrics.count_cache_degraded("no_space");
  metrics.count_stale_served("docker.io", "timeout");

  const std::string text = metrics.text({});
  EXPECT_THAT(text, HasSubstr("\nlarder_flight_joins_total 1\n"));
  EXPECT_THAT(text, HasSubstr("\nlarder_corrupt_blobs_total 1\n"));
  EXPECT_THAT(text, HasSubstr("larder_cache_degraded_total{reason=\"no_space\"} 1\n"));
  EXPECT_THAT(
      text, HasSubstr("larder_stale_served_total{reason=\"timeout\",upstream=\"docker.io\"} 1\n"));
}

TEST(Metrics, ShowTheReadingsOfTheMoment) {
  Metrics metrics("1.2.3");

  const std::string text =
      metrics.text({.cache_bytes = 7, .cache_budget_bytes = 214'748'364'800, .flights = 3});

  EXPECT_THAT(text, HasSubstr("\nlarder_cache_bytes 7\n"));
  EXPECT_THAT(text, HasSubstr("\nlarder_cache_budget_bytes 214748364800\n"));
  EXPECT_THAT(text, HasSubstr("\nlarder_flights 3\n"));
  EXPECT_THAT(metrics.text({}), HasSubstr("\nlarder_flights 0\n"));
}

TEST(Metrics, NameTheVersion) {
  EXPECT_THAT(Metrics("1.2.3").text({}), HasSubstr("larder_build_info{version=\"1.2.3\"} 1\n"));
}

TEST(Metrics, BoundTheValuesOfALabelFromOutside) {
  Metrics metrics("1.2.3");

  for (int i = 0; i < 5000; ++i) {
    metrics.count_upstream_request("host-" + std::to_string(i), 200, 1);
  }

  const std::string text = metrics.text({});
  EXPECT_THAT(text, HasSubstr("larder_upstream_bytes_total{upstream=\"other\"} 3976\n"));
  EXPECT_THAT(text, HasSubstr("upstream=\"host-1023\""));
  EXPECT_THAT(text, Not(HasSubstr("upstream=\"host-1024\"")));
}

TEST(Metrics, TakeAnImpossibleStatusForNone) {
  Metrics metrics("1.2.3");

  metrics.count_upstream_request("a.io", 70'000, 0);
  metrics.count_upstream_request("a.io", -1, 0);

  EXPECT_THAT(metrics.text({}),
              HasSubstr("larder_upstream_requests_total{code=\"0\",upstream=\"a.io\"} 2\n"));
}

TEST(Metrics, EscapeALabelsValue) {
  Metrics metrics("1.2.3");

  metrics.count_upstream_request("a\"\n\\b", 200, 1);

  EXPECT_THAT(metrics.text({}), HasSubstr(R"(upstream="a\"\n\\b"})"));
}

TEST(Metrics, AreCountedFromManyThreads) {
  Metrics metrics("1.2.3");
  {
    const auto count = [&] {
      for (int i = 0; i < 1000; ++i) metrics.count_request(blob_hit("node"));
    };
    std::jthread first(count);
    std::jthread second(count);
    EXPECT_THAT(metrics.text({}), HasSubstr("larder_served_bytes_total"));
  }

  EXPECT_THAT(metrics.text({}), HasSubstr("listener=\"node\"} 2000\n"));
}

}  // namespace
}  // namespace larder::control
