#include "daemon/control/health_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace larder::control {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using upstream::HealthEvent;
using upstream::HealthReport;

HealthReport report() {
  HealthReport report;
  report.url = "https://reg.example";
  report.reason = "HTTP 429, Retry-After 60 s";
  report.until = WallTime(1'700'000'000s);
  report.tokens_paused = {WallTime(1'700'000'060s), "token realm auth.example: HTTP 429"};
  report.quota = {.remaining = 12, .limit = 100, .resets_at = WallTime(1'700'000'030s)};
  return report;
}

std::string logged(HealthEvent event, log::Level level = log::Level::info) {
  ::testing::internal::CaptureStderr();
  {
    log::Logger logger(level, log::Format::text);
    log_health(logger, event, report());
  }
  return ::testing::internal::GetCapturedStderr();
}

TEST(HealthLog, WarnsOfABreakerThatOpensWithCauseAndMoment) {
  EXPECT_THAT(logged(HealthEvent::opened),
              EndsWith(" warn breaker_opened endpoint=https://reg.example "
                       "reason=\"HTTP 429, Retry-After 60 s\" until=2023-11-14T22:13:20.000Z\n"));
}

TEST(HealthLog, KeepsTrialsThatFailForDebugging) {
  EXPECT_THAT(logged(HealthEvent::reopened), IsEmpty());
  EXPECT_THAT(logged(HealthEvent::reopened, log::Level::debug),
              EndsWith(" debug breaker_reopened endpoint=https://reg.example "
                       "reason=\"HTTP 429, Retry-After 60 s\" until=2023-11-14T22:13:20.000Z\n"));
}

TEST(HealthLog, TellsOfABreakerThatCloses) {
  EXPECT_THAT(logged(HealthEvent::closed),
              EndsWith(" info breaker_closed endpoint=https://reg.example\n"));
}

TEST(HealthLog, WarnsOfATokenServerThatWantsToBeLeftAlone) {
  EXPECT_THAT(
      logged(HealthEvent::tokens_paused),
      EndsWith(" warn tokens_paused endpoint=https://reg.example "
               "reason=\"token realm auth.example: HTTP 429\" until=2023-11-14T22:14:20.000Z\n"));
}

TEST(HealthLog, TellsOfQuotas) {
  EXPECT_THAT(logged(HealthEvent::quota_low),
              EndsWith(" warn quota_low endpoint=https://reg.example remaining=12 limit=100 "
                       "resets_at=2023-11-14T22:13:50.000Z\n"));
  EXPECT_THAT(logged(HealthEvent::quota_recovered),
              EndsWith(" info quota_recovered endpoint=https://reg.example remaining=12 limit=100 "
                       "resets_at=2023-11-14T22:13:50.000Z\n"));
}

}  // namespace
}  // namespace larder::control
