#include "daemon/control/listener_telemetry.h"

#include <chrono>

#include "daemon/log/line.h"

namespace larder::control {

namespace {

constexpr std::chrono::seconds kBetweenLines{1};

}  // namespace

void ListenerTelemetry::request_refused(const http::RefusedRequest& request) {
  const auto wording = http::wording(request.refusal);
  metrics_.count_refused(request.listener, wording.status);
  const auto left_out = turn_to_tell(request.listener, wording.message);
  if (!left_out) return;
  logger_.write(log::Level::info, "request_refused",
                {{"listener", request.listener},
                 {"peer", request.peer},
                 {"status", std::int64_t{wording.status}},
                 {"reason", std::string(wording.message)},
                 {"detail", std::string(request.detail)},
                 {"left_out", *left_out}});
}

void ListenerTelemetry::connection_refused(const http::RefusedConnection& connection) {
  metrics_.count_connection_refused(connection.listener, connection.reason);
  const auto left_out = turn_to_tell(connection.listener, connection.reason);
  if (!left_out) return;
  logger_.write(log::Level::info, "connection_refused",
                {{"listener", connection.listener},
                 {"peer", connection.peer},
                 {"reason", std::string(connection.reason)},
                 {"left_out", *left_out}});
}

void ListenerTelemetry::handshake_failed(const http::FailedHandshake& handshake) {
  metrics_.count_connection_refused(handshake.listener, "handshake");
  const auto left_out = turn_to_tell(handshake.listener, "handshake");
  if (!left_out) return;
  logger_.write(log::Level::info, "handshake_failed",
                {{"listener", handshake.listener},
                 {"peer", handshake.peer},
                 {"reason", std::string(handshake.reason)},
                 {"left_out", *left_out}});
}

void ListenerTelemetry::certificate_loaded(const std::string& listener, const std::string& file,
                                           WallTime expires) {
  metrics_.set_certificate_expiry(listener, file, expires);
  logger_.write(log::Level::info, "certificate_loaded",
                {{"listener", listener}, {"file", file}, {"expires", log::timestamp(expires)}});
}

void ListenerTelemetry::certificates_refused(const std::string& listener, const Error& why) {
  logger_.write(log::Level::error, "certificates_kept",
                {{"listener", listener}, {"error", describe(why)}});
}

std::optional<std::int64_t> ListenerTelemetry::turn_to_tell(const std::string& listener,
                                                            std::string_view what) {
  const auto now = clock_.now();
  MutexLock lock(mutex_);
  const auto [place, is_first] = told_.try_emplace({listener, std::string(what)});
  auto& told = place->second;
  if (!is_first && now - told.at < kBetweenLines) {
    ++told.untold;
    return std::nullopt;
  }
  told.at = now;
  return std::exchange(told.untold, 0);
}

}  // namespace larder::control
