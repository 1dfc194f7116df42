#include "daemon/cli/token_command.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "daemon/config/values.h"

namespace larder::cli {

namespace {

using Json = nlohmann::ordered_json;

Result<std::string> order_of(const TokenOptions& options) {
  Json order = {{"repositories", options.repositories}, {"scopes", options.scopes}};
  if (!options.subject.empty()) order["subject"] = options.subject;
  if (!options.listener.empty()) order["listener"] = options.listener;
  if (!options.life.empty()) {
    const auto life = config::parse_duration(options.life);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(
        life.value_or(std::chrono::milliseconds(0)));
    if (seconds.count() < 1) {
      return Error{Errc::invalid, "--life is a duration such as 10m, of a second at least"};
    }
    order["life_seconds"] = static_cast<std::uint64_t>(seconds.count());
  }
  return order.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace

int token(const TokenOptions& options) {
  const auto order = order_of(options);
  if (!order.ok()) return report_error(order.error());
  auto client = ControlClient::open(options.place);
  if (!client.ok()) return report_error(client.error());
  const auto answer = client->ask("POST", "/v1/token", *order);
  if (!answer.ok()) return report_error(answer.error());
  if (options.output == Output::json) return print(*answer);
  const Json json = Json::parse(*answer, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("token") || !json["token"].is_string()) {
    return report_error({Errc::io, "the daemon's answer has no token"});
  }
  return print(json["token"].get<std::string>());
}

}  // namespace larder::cli
