#include "daemon/control/upstream_families.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace larder::control {

namespace {

using upstream::HealthReport;
using upstream::UpstreamReport;

prometheus::MetricFamily gauge_family(const char* name, const char* help) {
  prometheus::MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = prometheus::MetricType::Gauge;
  return family;
}

void add(prometheus::MetricFamily& family, const std::string& upstream, double value) {
  prometheus::ClientMetric metric;
  metric.label = {{"upstream", upstream}};
  metric.gauge.value = value;
  family.metric.push_back(std::move(metric));
}

// The lowest quota of its endpoints; null when none is known.
const upstream::QuotaReport* lowest_quota(const UpstreamReport& report) {
  const upstream::QuotaReport* lowest = nullptr;
  for (const HealthReport& endpoint : report.endpoints) {
    if (!endpoint.quota) continue;
    if (lowest == nullptr || endpoint.quota->remaining < lowest->remaining) {
      lowest = &*endpoint.quota;
    }
  }
  return lowest;
}

// The longest of each kind, over its endpoints.
std::map<std::string, Duration> pauses(const UpstreamReport& report) {
  std::map<std::string, Duration> pauses;
  for (const HealthReport& endpoint : report.endpoints) {
    for (const auto& one : endpoint.credentials) {
      if (one.is_held) pauses[one.kind] = std::max(pauses[one.kind], one.pause);
    }
  }
  return pauses;
}

void add_backoff(prometheus::MetricFamily& family, const UpstreamReport& report) {
  for (const auto& [kind, pause] : pauses(report)) {
    prometheus::ClientMetric metric;
    metric.label = {{"upstream", report.name}, {"kind", kind}};
    metric.gauge.value = std::chrono::duration<double>(pause).count();
    family.metric.push_back(std::move(metric));
  }
}

bool is_cut_off(const UpstreamReport& report) {
  return std::none_of(report.endpoints.begin(), report.endpoints.end(), [](const auto& endpoint) {
    return endpoint.state == upstream::BreakerState::closed;
  });
}

}  // namespace

std::vector<prometheus::MetricFamily> upstream_families(
    const std::vector<UpstreamReport>& reports) {
  auto remaining = gauge_family("larder_upstream_quota_remaining",
                                "Requests the upstream still allows: the lowest of its endpoints.");
  auto limit = gauge_family("larder_upstream_quota_limit",
                            "Requests the upstream allows in all, at the same endpoint.");
  auto breaker = gauge_family("larder_upstream_breaker_open",
                              "1 while no endpoint of the upstream is in working order.");
  auto backoff = gauge_family("larder_token_backoff_seconds",
                              "The pause after the last failure to get one anew while the old one "
                              "is used; 0 after success.");
  for (const UpstreamReport& report : reports) {
    add_backoff(backoff, report);
    add(breaker, report.name, is_cut_off(report) ? 1 : 0);
    const auto* const quota = lowest_quota(report);
    if (quota == nullptr) continue;
    add(remaining, report.name, static_cast<double>(quota->remaining));
    if (quota->limit) add(limit, report.name, static_cast<double>(*quota->limit));
  }
  return {std::move(remaining), std::move(limit), std::move(breaker), std::move(backoff)};
}

}  // namespace larder::control
