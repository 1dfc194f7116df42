#include "daemon/cli/image_command.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/cli/cli.h"
#include "daemon/cli/explanation_text.h"
#include "daemon/http/query.h"

namespace larder::cli {

namespace {

using Json = nlohmann::ordered_json;

Result<Json> ask(ControlClient& client, const std::string& method, const std::string& target,
                 const std::string& body = "") {
  const auto answer = client.ask(method, target, body);
  if (!answer.ok()) return answer.error();
  Json json = Json::parse(*answer, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Error{Errc::io, "the daemon's answer is no JSON object"};
  return json;
}

std::string as_json(const Json& json) {
  return json.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

Result<Json> ask_refresh(ControlClient& client, const std::string& name) {
  return ask(client, "POST", "/v1/refresh", as_json(Json{{"ref", name}}));
}

// The worse of two exit statuses is the one that says that nothing of the sort can work.
int worse(int one, int other) {
  return std::max(one, other);
}

}  // namespace

int explain(const ImageOptions& options) {
  auto client = ControlClient::open(options.place);
  if (!client.ok()) return report_error(client.error());
  const auto answer =
      ask(*client, "GET", "/v1/explain?ref=" + http::percent_encoded(options.names.front()));
  if (!answer.ok()) return report_error(answer.error());
  return print(options.output == Output::json ? as_json(*answer) : explanation_text(*answer));
}

int refresh(const ImageOptions& options) {
  auto client = ControlClient::open(options.place);
  if (!client.ok()) return report_error(client.error());
  int status = kExitOk;
  Json all = Json::array();
  for (const std::string& name : options.names) {
    auto answer = ask_refresh(*client, name);
    if (!answer.ok()) {
      const Error error = in_context(printable(name), answer.error());
      status = worse(status, report_error(error));
      all.push_back({{"name", name}, {"error", answer.error().context}});
    } else if (options.output == Output::json) {
      all.push_back(*std::move(answer));
    } else {
      status = worse(status, print(refresh_text(*answer)));
    }
  }
  if (options.output == Output::json) status = worse(status, print(as_json({{"images", all}})));
  return status;
}

}  // namespace larder::cli
