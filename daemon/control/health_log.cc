#include "daemon/control/health_log.h"

#include <cstdint>
#include <string>

#include "daemon/log/line.h"

namespace larder::control {

namespace {

using log::Level;
using upstream::HealthEvent;
using upstream::HealthReport;

std::string time_text(const std::optional<WallTime>& time) {
  return time ? log::timestamp(*time) : std::string();
}

void log_opened(log::Logger& logger, Level level, const char* event, const HealthReport& report) {
  if (!logger.enabled(level)) return;
  logger.write(
      level, event,
      {{"endpoint", report.url}, {"reason", report.reason}, {"until", time_text(report.until)}});
}

void log_tokens_paused(log::Logger& logger, const HealthReport& report) {
  if (!report.tokens_paused) return;
  const auto& [until, why] = *report.tokens_paused;
  logger.write(Level::warn, "tokens_paused",
               {{"endpoint", report.url}, {"reason", why}, {"until", log::timestamp(until)}});
}

void log_quota(log::Logger& logger, Level level, const char* event, const HealthReport& report) {
  const auto quota = report.quota.value_or(upstream::QuotaReport{});
  logger.write(level, event,
               {{"endpoint", report.url},
                {"remaining", static_cast<std::int64_t>(quota.remaining)},
                {"limit", static_cast<std::int64_t>(quota.limit.value_or(0))},
                {"resets_at", time_text(quota.resets_at)}});
}

}  // namespace

void log_health(log::Logger& logger, HealthEvent event, const HealthReport& report) {
  switch (event) {
    case HealthEvent::opened:
      return log_opened(logger, Level::warn, "breaker_opened", report);
    case HealthEvent::reopened:
      return log_opened(logger, Level::debug, "breaker_reopened", report);
    case HealthEvent::closed:
      return logger.write(Level::info, "breaker_closed", {{"endpoint", report.url}});
    case HealthEvent::tokens_paused:
      return log_tokens_paused(logger, report);
    case HealthEvent::quota_low:
      return log_quota(logger, Level::warn, "quota_low", report);
    case HealthEvent::quota_recovered:
      return log_quota(logger, Level::info, "quota_recovered", report);
  }
}

}  // namespace larder::control
