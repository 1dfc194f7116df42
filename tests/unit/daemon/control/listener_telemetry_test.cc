// What is counted and logged of requests that no handler has seen.
#include "daemon/control/listener_telemetry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/fake_clock.h"

namespace larder::control {
namespace {

using ::testing::HasSubstr;

class ListenerTelemetryTest : public ::testing::Test {
 protected:
  void refuse(const std::string& listener, http::Refusal refusal, std::string_view detail = "") {
    telemetry_.request_refused({listener, peer_, refusal, detail});
  }

  // What is logged while `act` runs, line by line, without times.
  static std::vector<nlohmann::json> logged(const std::function<void()>& act) {
    ::testing::internal::CaptureStderr();
    act();
    std::istringstream text(::testing::internal::GetCapturedStderr());
    std::vector<nlohmann::json> lines;
    for (std::string line; std::getline(text, line);) {
      lines.push_back(nlohmann::json::parse(line, nullptr, false));
      lines.back().erase("ts");
    }
    return lines;
  }

  const std::string listener_ = "endpoint";
  const std::string peer_ = "10.1.2.3:51324";
  testing::FakeClock clock_;
  Metrics metrics_{"1.2.3"};
  log::Logger logger_{log::Level::info, log::Format::json};
  ListenerTelemetry telemetry_{metrics_, logger_, clock_};
};

TEST_F(ListenerTelemetryTest, LogsWhoWasRefusedWhereAndWhy) {
  const auto lines =
      logged([&] { refuse("node", http::Refusal::malformed_head, "a field without a colon"); });

  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0], nlohmann::json::parse(R"({
      "level": "info", "event": "request_refused", "listener": "node", "peer": "10.1.2.3:51324",
      "status": 400, "reason": "malformed request", "detail": "a field without a colon",
      "left_out": 0})"));
}

TEST_F(ListenerTelemetryTest, LogsALineASecondAndSaysHowManyItLeftOut) {
  const auto first = logged([&] {
    for (int i = 0; i < 1000; ++i) refuse("node", http::Refusal::overloaded);
  });
  clock_.advance(std::chrono::seconds(1));
  const auto second = logged([&] { refuse("node", http::Refusal::overloaded); });

  ASSERT_EQ(first.size(), 1U);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0]["left_out"], 999);
}

TEST_F(ListenerTelemetryTest, LogsOtherRefusalsAndOtherListenersAllTheSame) {
  const auto lines = logged([&] {
    refuse("node", http::Refusal::overloaded);
    refuse("node", http::Refusal::head_too_large);
    refuse("team-a", http::Refusal::overloaded);
  });

  EXPECT_EQ(lines.size(), 3U);
}

TEST_F(ListenerTelemetryTest, CountsWhatItDoesNotLog) {
  logged([&] {
    for (int i = 0; i < 3; ++i) refuse("node", http::Refusal::head_too_large);
  });

  EXPECT_THAT(metrics_.text({}), HasSubstr(R"(larder_requests_total{cache="none",code="431",)"
                                           R"(kind="unknown",listener="node"} 3)"));
}

TEST_F(ListenerTelemetryTest, LogsAndCountsWhoDidNotGetIn) {
  const auto lines = logged([&] {
    telemetry_.connection_refused({listener_, peer_, "source"});
    telemetry_.connection_refused({listener_, peer_, "source"});
    telemetry_.handshake_failed({listener_, peer_, "unsupported protocol"});
  });

  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["event"], "connection_refused");
  EXPECT_EQ(lines[0]["reason"], "source");
  EXPECT_EQ(lines[1]["event"], "handshake_failed");
  EXPECT_EQ(lines[1]["reason"], "unsupported protocol");
  EXPECT_THAT(metrics_.text({}), HasSubstr("larder_connections_refused_total{listener=\"endpoint\","
                                           "reason=\"source\"} 2"));
}

TEST_F(ListenerTelemetryTest, TellsWhenCertificatesEnd) {
  const auto lines = logged([&] {
    telemetry_.certificate_loaded(listener_, "/tls.crt", WallTime(std::chrono::seconds(86400)));
    telemetry_.certificates_refused(listener_, {Errc::invalid, "server key /tls.key: no PEM"});
  });

  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["event"], "certificate_loaded");
  EXPECT_EQ(lines[0]["expires"], "1970-01-02T00:00:00.000Z");
  EXPECT_EQ(lines[1]["event"], "certificates_kept");
  EXPECT_THAT(metrics_.text({}),
              HasSubstr("larder_certificate_expiry_timestamp_seconds{file=\"/tls.crt\","
                        "listener=\"endpoint\"} 86400"));
}

}  // namespace
}  // namespace larder::control
