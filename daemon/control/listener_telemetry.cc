#include "daemon/control/listener_telemetry.h"

#include <chrono>

namespace larder::control {

namespace {

constexpr std::chrono::seconds kBetweenLines{1};

}  // namespace

void ListenerTelemetry::request_refused(const http::RefusedRequest& request) {
  const auto wording = http::wording(request.refusal);
  metrics_.count_refused(request.listener, wording.status);
  const auto left_out = turn_to_tell(request);
  if (!left_out) return;
  logger_.write(log::Level::info, "request_refused",
                {{"listener", request.listener},
                 {"peer", request.peer},
                 {"status", std::int64_t{wording.status}},
                 {"reason", std::string(wording.message)},
                 {"detail", std::string(request.detail)},
                 {"left_out", *left_out}});
}

std::optional<std::int64_t> ListenerTelemetry::turn_to_tell(const http::RefusedRequest& request) {
  const auto now = clock_.now();
  MutexLock lock(mutex_);
  const auto [place, is_first] = told_.try_emplace({request.listener, request.refusal});
  auto& told = place->second;
  if (!is_first && now - told.at < kBetweenLines) {
    ++told.untold;
    return std::nullopt;
  }
  told.at = now;
  return std::exchange(told.untold, 0);
}

}  // namespace larder::control
