#include "daemon/control/json_messages.h"

#include <algorithm>
#include <utility>

namespace larder::control {

namespace {

int status_of(Errc code) {
  switch (code) {
    case Errc::invalid:
      return 400;
    case Errc::denied:
      return 403;
    case Errc::not_found:
      return 404;
    case Errc::busy:
      return 409;
    case Errc::upstream_down:
      return 502;
    case Errc::cancelled:
      return 503;
    case Errc::timeout:
      return 504;
    case Errc::no_space:
      return 507;
    default:
      return 500;
  }
}

}  // namespace

http::Response json_reply(int status, std::string json) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  response.body = std::move(json) + "\n";
  return response;
}

http::Response json_reply(int status, const Json& json) {
  return json_reply(status,
                    json.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace));
}

http::Response error_reply(int status, std::string_view message) {
  return json_reply(status, Json{{"error", std::string(message)}});
}

http::Response error_reply(const Error& error) {
  return error_reply(status_of(error.code), error.context);
}

http::Response method_reply(const std::string& allowed) {
  auto response = error_reply(405, "only " + allowed);
  response.headers.add("Allow", allowed);
  return response;
}

Result<Json> parse_request(std::string_view body, std::initializer_list<std::string_view> known) {
  if (body.empty()) return Json::object();
  Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Error{Errc::invalid, "the body is no JSON object"};
  for (const auto& [key, value] : json.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      return Error{Errc::invalid, "unknown key \"" + key + "\""};
    }
  }
  return json;
}

Result<std::string> text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return std::string();
  if (!found->is_string()) return Error{Errc::invalid, std::string(key) + " is no text"};
  return found->get<std::string>();
}

}  // namespace larder::control
