#include "daemon/control/metrics.h"

#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <sstream>
#include <utility>
#include <vector>

#include "daemon/control/counters.h"
#include "daemon/control/upstream_families.h"

namespace larder::control {

namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using registry::RouteKind;

// How many series a family may have: enough for every listener, code and upstream of a sane config.
constexpr std::size_t kRequestSeriesMax = 2048;
constexpr std::size_t kUpstreamSeriesMax = 1024;
constexpr std::size_t kReasonSeriesMax = 64;

Family<Counter>& counters(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

Family<Gauge>& gauges(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

std::array<Counter*, kCacheUses> per_cache_use(Family<Counter>& family) {
  std::array<Counter*, kCacheUses> counters{};
  for (std::size_t i = 0; i < kCacheUses; ++i) {
    counters[i] = &family.Add({{"cache", std::string(to_string(static_cast<CacheUse>(i)))}});
  }
  return counters;
}

using KindHistograms = std::array<Histogram*, kRouteKinds>;

KindHistograms per_kind(prometheus::Registry& registry, const char* name, const char* help,
                        const Histogram::BucketBoundaries& bounds) {
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
  KindHistograms histograms{};
  for (std::size_t i = 0; i < kRouteKinds; ++i) {
    const auto kind = static_cast<RouteKind>(i);
    histograms[i] = &family.Add({{"kind", std::string(kind_label(kind))}}, bounds);
  }
  return histograms;
}

int http_code(int status) {
  return status >= 100 && status <= 599 ? status : 0;
}

double seconds(std::chrono::microseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

// What tells requests apart besides the listener, in one number.
std::uint32_t packed(RouteKind kind, CacheUse use, int code) {
  return static_cast<std::uint32_t>(kind) << 24 | static_cast<std::uint32_t>(use) << 16 |
         static_cast<std::uint32_t>(code);
}

prometheus::Labels request_labels(const CounterKey& key) {
  const auto kind = static_cast<RouteKind>(key.number >> 24);
  const auto use = static_cast<CacheUse>(key.number >> 16 & 0xff);
  return {{"listener", std::string(key.name)},
          {"kind", std::string(kind_label(kind))},
          {"code", std::to_string(key.number & 0xffff)},
          {"cache", std::string(to_string(use))}};
}

prometheus::Labels code_labels(const CounterKey& key) {
  return {{"upstream", std::string(key.name)}, {"code", std::to_string(key.number)}};
}

prometheus::Labels upstream_labels(const CounterKey& key) {
  return {{"upstream", std::string(key.name)}};
}

prometheus::Labels stale_labels(const CounterKey& key) {
  return {{"upstream", std::string(key.name)}, {"reason", std::string(key.reason)}};
}

prometheus::Labels decision_labels(const CounterKey& key) {
  return {{"listener", std::string(key.name)}, {"decision", std::string(key.reason)}};
}

prometheus::Labels listener_outcome_labels(const CounterKey& key) {
  return {{"listener", std::string(key.name)}, {"outcome", std::string(key.reason)}};
}

prometheus::Labels listener_reason_labels(const CounterKey& key) {
  return {{"listener", std::string(key.name)}, {"reason", std::string(key.reason)}};
}

prometheus::Labels outcome_labels(const CounterKey& key) {
  return {{"kind", std::string(key.name)}, {"outcome", std::string(key.reason)}};
}

prometheus::Labels reason_labels(const CounterKey& key) {
  return {{"reason", std::string(key.reason)}};
}

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;

  Counters requests{counters(registry, "larder_requests_total", "Requests answered by a listener."),
                    request_labels, kRequestSeriesMax};
  std::array<Counter*, kCacheUses> served_bytes = per_cache_use(
      counters(registry, "larder_served_bytes_total", "Bytes of bodies sent to clients."));
  KindHistograms first_byte = per_kind(
      registry, "larder_first_byte_seconds",
      "From the end of a request's head to the answer's first byte.",
      {0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10});
  KindHistograms request_time =
      per_kind(registry, "larder_request_seconds",
               "From the end of a request's head to the answer's last byte.",
               {0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300});

  Counters upstream_requests{
      counters(registry, "larder_upstream_requests_total",
               "HTTP exchanges with an upstream; code 0 when there was no response."),
      code_labels, kUpstreamSeriesMax};
  Counters upstream_bytes{
      counters(registry, "larder_upstream_bytes_total", "Bytes of bodies received from upstreams."),
      upstream_labels, kUpstreamSeriesMax};
  Counters stale_served{counters(registry, "larder_stale_served_total",
                                 "Tags served past their TTL because no upstream confirmed them."),
                        stale_labels, kUpstreamSeriesMax};

  Counter& flight_joins = counters(registry, "larder_flight_joins_total",
                                   "Readers that attached to a blob already being fetched.")
                              .Add({});
  Counter& corrupt_blobs = counters(registry, "larder_corrupt_blobs_total",
                                    "Blobs whose bytes did not match their digest.")
                               .Add({});
  Counter& evicted_bytes =
      counters(registry, "larder_evicted_bytes_total", "Bytes of blobs removed to keep the budget.")
          .Add({});
  Counter& resumed_bytes = counters(registry, "larder_resumed_bytes_total",
                                    "Bytes that flights found on disk and need not fetch.")
                               .Add({});
  Counters cache_degraded{
      counters(registry, "larder_cache_degraded_total", "Blobs served without being kept."),
      reason_labels, kReasonSeriesMax};

  Counters connections_refused{
      counters(registry, "larder_connections_refused_total",
               "Connections that a listener ended before their first request."),
      listener_reason_labels, kReasonSeriesMax};
  prometheus::Family<Gauge>& certificate_expiry =
      gauges(registry, "larder_certificate_expiry_timestamp_seconds",
             "When a listener's certificate ends, in Unix time.");

  Counters policy_decisions{
      counters(registry, "larder_policy_decisions_total", "Decisions of listeners' policies."),
      decision_labels, kReasonSeriesMax};
  Counters tokens_issued{
      counters(registry, "larder_tokens_issued_total", "Tokens that clients asked listeners for."),
      listener_outcome_labels, kReasonSeriesMax};
  Counters token_refreshes{
      counters(registry, "larder_token_refresh_total",
               "Tokens and credentials asked for, at first or before they end."),
      outcome_labels, kReasonSeriesMax};

  Gauge& flights = gauges(registry, "larder_flights", "Blobs being fetched now.").Add({});
  Gauge& cache_bytes =
      gauges(registry, "larder_cache_bytes", "Bytes of the blobs in the cache.").Add({});
  Gauge& cache_budget_bytes =
      gauges(registry, "larder_cache_budget_bytes", "Bytes the cache may hold.").Add({});
};

Metrics::Metrics(const std::string& version) : families_(std::make_unique<Families>()) {
  gauges(families_->registry, "larder_build_info", "1, labelled with the version.")
      .Add({{"version", version}})
      .Set(1);
}

Metrics::~Metrics() = default;

void Metrics::count_request(const RequestSample& sample) {
  const std::uint32_t number = packed(sample.kind, sample.cache, http_code(sample.status));
  families_->requests.at({sample.listener, "", number}).Increment();
  const auto use = static_cast<std::size_t>(sample.cache);
  families_->served_bytes[use]->Increment(static_cast<double>(sample.served_bytes));
  if (sample.status == 0) return;
  const auto kind = static_cast<std::size_t>(sample.kind);
  families_->first_byte[kind]->Observe(seconds(sample.first_byte));
  families_->request_time[kind]->Observe(seconds(sample.total));
}

void Metrics::count_refused(std::string_view listener, int status) {
  const auto number = packed(RouteKind::unknown, CacheUse::none, http_code(status));
  families_->requests.at({listener, "", number}).Increment();
}

void Metrics::count_connection_refused(std::string_view listener, std::string_view reason) {
  families_->connections_refused.at({listener, reason}).Increment();
}

void Metrics::set_certificate_expiry(const std::string& listener, const std::string& file,
                                     WallTime expires) {
  const auto since_epoch = std::chrono::duration<double>(expires.time_since_epoch());
  families_->certificate_expiry.Add({{"listener", listener}, {"file", file}})
      .Set(since_epoch.count());
}

void Metrics::count_upstream_request(std::string_view upstream, int status,
                                     std::uint64_t body_bytes) {
  const auto code = static_cast<std::uint32_t>(http_code(status));
  families_->upstream_requests.at({upstream, "", code}).Increment();
  families_->upstream_bytes.at({upstream, "", 0}).Increment(static_cast<double>(body_bytes));
}

void Metrics::count_flight_join() {
  families_->flight_joins.Increment();
}

void Metrics::count_stale_served(std::string_view upstream, std::string_view reason) {
  families_->stale_served.at({upstream, reason, 0}).Increment();
}

void Metrics::count_corrupt_blob() {
  families_->corrupt_blobs.Increment();
}

void Metrics::count_evicted(std::uint64_t bytes) {
  families_->evicted_bytes.Increment(static_cast<double>(bytes));
}

void Metrics::count_resumed(std::uint64_t bytes) {
  families_->resumed_bytes.Increment(static_cast<double>(bytes));
}

void Metrics::count_policy_decision(std::string_view listener, std::string_view decision) {
  families_->policy_decisions.at({listener, decision, 0}).Increment();
}

void Metrics::count_token_issued(std::string_view listener, std::string_view outcome) {
  families_->tokens_issued.at({listener, outcome, 0}).Increment();
}

void Metrics::count_token_refresh(const std::string& kind, std::string_view outcome) {
  families_->token_refreshes.at({kind, outcome, 0}).Increment();
}

void Metrics::count_cache_degraded(std::string_view reason) {
  families_->cache_degraded.at({"", reason, 0}).Increment();
}

std::string Metrics::text(const Readings& readings) const {
  families_->flights.Set(static_cast<double>(readings.flights));
  families_->cache_bytes.Set(static_cast<double>(readings.cache_bytes));
  families_->cache_budget_bytes.Set(static_cast<double>(readings.cache_budget_bytes));
  std::ostringstream out;
  auto families = families_->registry.Collect();
  for (auto& family : upstream_families(readings.upstreams)) {
    families.push_back(std::move(family));
  }
  prometheus::TextSerializer().Serialize(out, families);
  return std::move(out).str();
}

}  // namespace larder::control
