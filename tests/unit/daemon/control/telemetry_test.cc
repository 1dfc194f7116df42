#include "daemon/control/telemetry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/registry/cache_status.h"

namespace larder::control {
namespace {

using log::Level;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::TestWithParam;
using ::testing::Values;

const cache::Digest kDigest =
    *cache::Digest::parse("sha256:" + std::string(64, 'a'));  // of no content

// Collects the log of a test that logs at debug.
class TelemetryTest : public ::testing::Test {
 protected:
  void SetUp() override { ::testing::internal::CaptureStderr(); }
  void TearDown() override {
    if (!is_taken_) ::testing::internal::GetCapturedStderr();
  }

  std::string logged() {
    is_taken_ = true;
    return ::testing::internal::GetCapturedStderr();
  }
  // The one line that was logged.
  nlohmann::json logged_line() { return nlohmann::json::parse(logged(), nullptr, false); }
  std::string metrics() const { return metrics_.text({}); }

  Metrics metrics_{"1.2.3"};
  log::Logger logger_{Level::debug, log::Format::json};
  Telemetry telemetry_{metrics_, logger_};

 private:
  bool is_taken_ = false;
};

http::Request manifest_request() {
  http::Request request;
  request.method = "GET";
  request.target = "/v2/library/redis/manifests/7?token=hunter2&ns=docker.io&x=y";
  request.headers.set("Authorization", "Bearer hunter2");
  request.peer = "10.1.2.3:51324";
  request.listener = "node";
  return request;
}

http::Exchange hit_exchange() {
  http::Exchange exchange;
  exchange.status = 200;
  exchange.body_bytes_sent = 1234;
  exchange.complete = true;
  exchange.first_byte = std::chrono::microseconds(1500);
  exchange.total = std::chrono::microseconds(2250);
  exchange.cache_status = registry::header_value(registry::CacheStatus::hit);
  return exchange;
}

TEST_F(TelemetryTest, LogsARequestOnOneLine) {
  telemetry_.request_finished(manifest_request(), registry::RouteKind::manifest, hit_exchange());

  const nlohmann::json line = logged_line();
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["event"], "request");
  EXPECT_EQ(line["listener"], "node");
  EXPECT_EQ(line["method"], "GET");
  EXPECT_EQ(line["status"], 200);
  EXPECT_EQ(line["bytes"], 1234);
  EXPECT_EQ(line["cache"], "hit");
  EXPECT_EQ(line["first_byte_ms"], 1.5);
  EXPECT_EQ(line["total_ms"], 2.25);
  EXPECT_EQ(line["peer"], "10.1.2.3:51324");
  EXPECT_EQ(line["failure"], "");
}

TEST_F(TelemetryTest, LogsWhoAskedWhatWhyAndThroughWhichProxy) {
  auto request = manifest_request();
  request.proxy = "10.77.0.50:4711";
  auto exchange = hit_exchange();
  exchange.admission = http::Admission{"user",          "nodes",         "t1",
                                       "registry:Pull", "docker.io/a/b", "allowed by NodesPull"};

  telemetry_.request_finished(request, registry::RouteKind::manifest, exchange);

  const nlohmann::json line = logged_line();
  EXPECT_EQ(line["peer"], "10.1.2.3:51324");
  EXPECT_EQ(line["proxy"], "10.77.0.50:4711");
  EXPECT_EQ(line["subject_kind"], "user");
  EXPECT_EQ(line["subject"], "nodes");
  EXPECT_EQ(line["token_id"], "t1");
  EXPECT_EQ(line["action"], "registry:Pull");
  EXPECT_EQ(line["resource"], "docker.io/a/b");
  EXPECT_EQ(line["reason"], "allowed by NodesPull");
}

TEST_F(TelemetryTest, LogsNoOneWhereNobodyIsAsked) {
  telemetry_.request_finished(manifest_request(), registry::RouteKind::manifest, hit_exchange());

  const nlohmann::json line = logged_line();
  EXPECT_FALSE(line.contains("subject"));
  EXPECT_FALSE(line.contains("proxy"));
}

TEST_F(TelemetryTest, CountsARequest) {
  telemetry_.request_finished(manifest_request(), registry::RouteKind::manifest, hit_exchange());

  EXPECT_THAT(metrics(), HasSubstr("larder_requests_total{cache=\"hit\",code=\"200\","
                                   "kind=\"manifest\",listener=\"node\"} 1\n"));
}

TEST_F(TelemetryTest, LogsNothingSecretOfARequest) {
  telemetry_.request_finished(manifest_request(), registry::RouteKind::manifest, hit_exchange());

  const std::string line = logged();
  EXPECT_THAT(line, ::testing::Not(HasSubstr("hunter2")));
  EXPECT_THAT(line, HasSubstr("\"/v2/library/redis/manifests/7?ns=docker.io\""));
}

TEST_F(TelemetryTest, SaysWhyABodyWasCut) {
  http::Exchange exchange = hit_exchange();
  exchange.complete = false;
  exchange.failure = "peer left";

  telemetry_.request_finished(manifest_request(), registry::RouteKind::blob, exchange);

  EXPECT_EQ(logged_line()["failure"], "peer left");
}

TEST_F(TelemetryTest, WarnsOfAFailedUpstream) {
  telemetry_.request_ended("docker.io", "registry-1.docker.io", 0, 0,
                           Error{Errc::timeout, "connect"});

  const nlohmann::json line = logged_line();
  EXPECT_EQ(line["level"], "warn");
  EXPECT_EQ(line["event"], "upstream_failed");
  EXPECT_EQ(line["upstream"], "docker.io");
  EXPECT_EQ(line["endpoint"], "registry-1.docker.io");
  EXPECT_EQ(line["error"], "timeout: connect");
  EXPECT_THAT(metrics(), HasSubstr("larder_upstream_requests_total{code=\"0\""));
}

TEST_F(TelemetryTest, WarnsOfAnUpstreamThatIsInTroubleOrRateLimits) {
  telemetry_.request_ended("a.io", "a.io", 503, 0, Status());
  telemetry_.request_ended("a.io", "a.io", 429, 0, Status());

  const std::string lines = logged();
  EXPECT_THAT(lines, HasSubstr("\"upstream_failed\",\"upstream\":\"a.io\",\"endpoint\":\"a.io\","
                               "\"status\":503"));
  EXPECT_THAT(lines, HasSubstr("\"status\":429"));
}

TEST_F(TelemetryTest, DoesNotWarnOfAnOrdinaryUpstreamAnswer) {
  logger_.set_level(Level::info);

  telemetry_.request_ended("a.io", "a.io", 200, 5, Status());
  telemetry_.request_ended("a.io", "a.io", 404, 0, Status());
  telemetry_.request_ended("a.io", "a.io", 200, 5, Error{Errc::cancelled, "stop"});

  EXPECT_THAT(logged(), IsEmpty());
  EXPECT_THAT(metrics(), HasSubstr("larder_upstream_bytes_total{upstream=\"a.io\"} 10\n"));
}

TEST_F(TelemetryTest, ReportsACorruptBlobAsAnError) {
  telemetry_.corrupt(kDigest, "registry-1.docker.io");

  const nlohmann::json line = logged_line();
  EXPECT_EQ(line["level"], "error");
  EXPECT_EQ(line["event"], "corrupt_blob");
  EXPECT_EQ(line["digest"], kDigest.str());
  EXPECT_EQ(line["source"], "registry-1.docker.io");
  EXPECT_THAT(metrics(), HasSubstr("larder_corrupt_blobs_total 1\n"));
}

TEST_F(TelemetryTest, WarnsWhenABlobCouldNotBeKept) {
  telemetry_.cache_degraded(kDigest, Error{Errc::no_space, "write"});

  const nlohmann::json line = logged_line();
  EXPECT_EQ(line["level"], "warn");
  EXPECT_EQ(line["event"], "cache_degraded");
  EXPECT_EQ(line["error"], "no_space: write");
  EXPECT_THAT(metrics(), HasSubstr("larder_cache_degraded_total{reason=\"no_space\"} 1\n"));
}

TEST_F(TelemetryTest, TellsAFlightsLifeAtDebug) {
  telemetry_.flight_started(kDigest);
  telemetry_.flight_joined(kDigest);
  telemetry_.flight_ended(kDigest, Status(), 9);
  telemetry_.blob_published(kDigest, 9);

  const std::string lines = logged();
  for (const char* const event :
       {"flight_started", "flight_joined", "flight_ended", "blob_published"}) {
    EXPECT_THAT(lines, HasSubstr("\"level\":\"debug\",\"event\":\"" + std::string(event)));
  }
  EXPECT_THAT(metrics(), HasSubstr("larder_flight_joins_total 1\n"));
}

TEST_F(TelemetryTest, WarnsOfAFlightOrSourceThatFailed) {
  telemetry_.flight_ended(kDigest, Error{Errc::upstream_down, "reset"}, 9);
  telemetry_.source_failed(kDigest, "a.io", Error{Errc::timeout, "stall"});

  const std::string lines = logged();
  EXPECT_THAT(lines, HasSubstr("\"level\":\"warn\",\"event\":\"flight_failed\""));
  EXPECT_THAT(lines, HasSubstr("\"level\":\"warn\",\"event\":\"source_failed\""));
}

TEST_F(TelemetryTest, IsQuietAboutWhatWasCancelled) {
  logger_.set_level(Level::info);

  telemetry_.flight_ended(kDigest, Error{Errc::cancelled, "stop"}, 9);
  telemetry_.source_failed(kDigest, "a.io", Error{Errc::cancelled, "stop"});

  EXPECT_THAT(logged(), IsEmpty());
}

TEST_F(TelemetryTest, CountsAStaleTag) {
  telemetry_.stale_served("docker.io", "timeout");

  EXPECT_THAT(metrics(), HasSubstr("larder_stale_served_total{reason=\"timeout\","
                                   "upstream=\"docker.io\"} 1\n"));
}

struct Target {
  std::string as_sent;
  std::string as_logged;
};

class LoggableTargets : public TestWithParam<Target> {};

TEST_P(LoggableTargets, KeepThePathAndNsOnly) {
  EXPECT_EQ(loggable_target(GetParam().as_sent), GetParam().as_logged);
}

INSTANTIATE_TEST_SUITE_P(
    Table, LoggableTargets,
    Values(Target{"/v2/", "/v2/"}, Target{"/v2/?ns=a.io", "/v2/?ns=a.io"},
           Target{"/v2/?x=1&ns=a.io&token=t", "/v2/?ns=a.io"}, Target{"/v2/?token=t", "/v2/"},
           Target{"/v2/?", "/v2/"}, Target{"/v2/?tokens=ns=a", "/v2/"}, Target{"/v2/?&&", "/v2/"},
           Target{"", ""}, Target{"?ns=a", "?ns=a"},
           Target{"/v2/?ns=registry.example%3A5000", "/v2/?ns=registry.example%3A5000"},
           Target{"/" + std::string(900, 'a'), "/" + std::string(599, 'a')},
           Target{"/?ns=" + std::string(900, 'a'), "/?ns=" + std::string(257, 'a')}));

TEST_F(TelemetryTest, LogsAChangeOfHealth) {
  upstream::HealthReport report;
  report.url = "https://reg.example";

  telemetry_.health_changed(upstream::HealthEvent::closed, report);

  const auto line = logged_line();
  EXPECT_EQ(line["event"], "breaker_closed");
  EXPECT_EQ(line["endpoint"], "https://reg.example");
}

TEST_F(TelemetryTest, WarnsOfHealthThatIsForgotten) {
  telemetry_.health_forgotten("https://reg.example", {Errc::invalid, "no saved health"});

  const auto line = logged_line();
  EXPECT_EQ(line["level"], "warn");
  EXPECT_EQ(line["event"], "upstream_health_forgotten");
  EXPECT_EQ(line["error"], "invalid: no saved health");
}

}  // namespace
}  // namespace larder::control
