#include "daemon/control/telemetry.h"

#include <vector>

#include "daemon/control/health_log.h"

namespace larder::control {

namespace {

using log::Level;

// The longest legal path (a repository of 255 and a digest) fits with room to spare.
constexpr std::size_t kPathBytesMax = 600;
constexpr std::size_t kNsBytesMax = 260;

double milliseconds(std::chrono::microseconds duration) {
  return static_cast<double>(duration.count()) / 1000;
}

std::int64_t integer(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

// The upstream is in trouble, or is told to be left alone.
bool is_upstream_trouble(int status) {
  return status >= 500 || status == 429;
}

std::string_view cut(std::string_view text, std::size_t bytes_max) {
  return text.substr(0, bytes_max);
}

void add_admission(const http::Admission& admission, std::vector<log::Field>& fields) {
  fields.push_back({"subject_kind", admission.subject_kind});
  fields.push_back({"subject", admission.subject});
  fields.push_back({"token_id", admission.token_id});
  if (admission.action.empty()) return;
  fields.push_back({"action", admission.action});
  fields.push_back({"resource", admission.resource});
  fields.push_back({"reason", admission.reason});
}

// The first `ns=...` of a query, as written; empty when there is none.
std::string_view ns_parameter(std::string_view query) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view parameter = query.substr(0, end);
    if (parameter.starts_with("ns=")) return parameter;
    if (end == query.npos) break;
    query.remove_prefix(end + 1);
  }
  return "";
}

}  // namespace

std::string loggable_target(std::string_view target) {
  const std::size_t question = target.find('?');
  std::string text(cut(target.substr(0, question), kPathBytesMax));
  if (question == target.npos) return text;
  const std::string_view ns = ns_parameter(target.substr(question + 1));
  if (!ns.empty()) text.append(1, '?').append(cut(ns, kNsBytesMax));
  return text;
}

void Telemetry::flight_started(const cache::Digest& digest) {
  if (!logger_.enabled(Level::debug)) return;
  logger_.write(Level::debug, "flight_started", {{"digest", digest.str()}});
}

void Telemetry::flight_joined(const cache::Digest& digest) {
  metrics_.count_flight_join();
  if (!logger_.enabled(Level::debug)) return;
  logger_.write(Level::debug, "flight_joined", {{"digest", digest.str()}});
}

void Telemetry::flight_ended(const cache::Digest& digest, const Status& status,
                             std::uint64_t bytes) {
  if (status.ok()) {
    logger_.write(Level::debug, "flight_ended",
                  {{"digest", digest.str()}, {"bytes", integer(bytes)}});
    return;
  }
  const Level level = status.error().code == Errc::cancelled ? Level::debug : Level::warn;
  logger_.write(
      level, "flight_failed",
      {{"digest", digest.str()}, {"bytes", integer(bytes)}, {"error", describe(status.error())}});
}

void Telemetry::blob_published(const cache::Digest& digest, std::uint64_t size_bytes) {
  logger_.write(Level::debug, "blob_published",
                {{"digest", digest.str()}, {"bytes", integer(size_bytes)}});
}

void Telemetry::cache_degraded(const cache::Digest& digest, const Error& why) {
  metrics_.count_cache_degraded(to_string(why.code));
  logger_.write(Level::warn, "cache_degraded",
                {{"digest", digest.str()}, {"error", describe(why)}});
}

void Telemetry::corrupt(const cache::Digest& digest, const std::string& source) {
  metrics_.count_corrupt_blob();
  logger_.write(Level::error, "corrupt_blob", {{"digest", digest.str()}, {"source", source}});
}

void Telemetry::evicted(const cache::Digest& digest, std::uint64_t size_bytes) {
  metrics_.count_evicted(size_bytes);
  if (!logger_.enabled(Level::debug)) return;
  logger_.write(Level::debug, "evicted",
                {{"digest", digest.str()}, {"bytes", integer(size_bytes)}});
}

void Telemetry::flight_resumed(const cache::Digest& digest, std::uint64_t bytes) {
  metrics_.count_resumed(bytes);
  logger_.write(Level::info, "flight_resumed",
                {{"digest", digest.str()}, {"bytes", integer(bytes)}});
}

void Telemetry::source_failed(const cache::Digest& digest, const std::string& source,
                              const Error& why) {
  const Level level = why.code == Errc::cancelled ? Level::debug : Level::warn;
  logger_.write(level, "source_failed",
                {{"digest", digest.str()}, {"source", source}, {"error", describe(why)}});
}

void Telemetry::request_ended(const std::string& upstream, const std::string& endpoint_host,
                              int status, std::uint64_t body_bytes, const Status& outcome) {
  metrics_.count_upstream_request(upstream, status, body_bytes);
  const bool is_cancelled = !outcome.ok() && outcome.error().code == Errc::cancelled;
  const bool is_failed = !is_cancelled && (!outcome.ok() || is_upstream_trouble(status));
  const Level level = is_failed ? Level::warn : Level::debug;
  if (!logger_.enabled(level)) return;
  logger_.write(level, is_failed ? "upstream_failed" : "upstream_request",
                {{"upstream", upstream},
                 {"endpoint", endpoint_host},
                 {"status", std::int64_t{status}},
                 {"bytes", integer(body_bytes)},
                 {"error", outcome.ok() ? std::string() : describe(outcome.error())}});
}

void Telemetry::health_changed(upstream::HealthEvent event, const upstream::HealthReport& report) {
  log_health(logger_, event, report);
}

void Telemetry::health_forgotten(const std::string& url, const Error& why) {
  logger_.write(Level::warn, "upstream_health_forgotten",
                {{"endpoint", url}, {"error", describe(why)}});
}

void Telemetry::asked_for_credential(const std::string& upstream, const std::string& kind,
                                     const Status& outcome, Duration pause) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(pause);
  const auto said = outcome.ok() ? "ok" : to_string(outcome.error().code);
  metrics_.count_token_refresh(kind, said);
  if (outcome.ok() || outcome.error().code == Errc::cancelled) return;
  logger_.write(Level::warn, "credential_failed",
                {{"upstream", upstream},
                 {"kind", kind},
                 {"error", describe(outcome.error())},
                 {"again_after_ms", std::int64_t{milliseconds.count()}}});
}

void Telemetry::answer_useless(const std::string& upstream, const std::string& endpoint_host,
                               const Error& why) {
  logger_.write(Level::warn, "upstream_useless",
                {{"upstream", upstream}, {"endpoint", endpoint_host}, {"error", describe(why)}});
}

void Telemetry::request_finished(const http::Request& request, registry::RouteKind kind,
                                 const http::Exchange& exchange) {
  const CacheUse cache = cache_use(exchange.cache_status);
  metrics_.count_request({.listener = request.listener,
                          .kind = kind,
                          .status = exchange.status,
                          .cache = cache,
                          .served_bytes = exchange.body_bytes_sent,
                          .first_byte = exchange.first_byte,
                          .total = exchange.total});
  if (!logger_.enabled(Level::info)) return;
  std::vector<log::Field> fields{{"listener", request.listener},
                                 {"method", request.method},
                                 {"target", loggable_target(request.target)},
                                 {"status", std::int64_t{exchange.status}},
                                 {"bytes", integer(exchange.body_bytes_sent)},
                                 {"cache", std::string(to_string(cache))},
                                 {"first_byte_ms", milliseconds(exchange.first_byte)},
                                 {"total_ms", milliseconds(exchange.total)},
                                 {"peer", request.peer},
                                 {"failure", exchange.failure}};
  if (!request.proxy.empty()) fields.push_back({"proxy", request.proxy});
  if (exchange.admission) add_admission(*exchange.admission, fields);
  logger_.write(Level::info, "request", fields);
}

void Telemetry::stale_served(std::string_view upstream, std::string_view reason) {
  metrics_.count_stale_served(upstream, reason);
  logger_.write(Level::debug, "stale_served",
                {{"upstream", std::string(upstream)}, {"reason", std::string(reason)}});
}

void Telemetry::tag_gone(const cache::TagName& name) {
  const char* event = name.is_list() ? "list_gone" : "tag_gone";
  logger_.write(Level::warn, event, {{"tag", name.str()}});
}

void Telemetry::tag_moved(const cache::TagName& name, const cache::Digest& from,
                          const cache::Digest& to) {
  if (name.is_list()) return;  // a list grows with every push
  logger_.write(Level::info, "tag_moved",
                {{"tag", name.str()}, {"from", from.str()}, {"to", to.str()}});
}

}  // namespace larder::control
