#include "daemon/auth/tokens/token_replies.h"

#include <chrono>
#include <ctime>
#include <utility>

#include "daemon/auth/tokens/bearer_challenge.h"
#include "daemon/auth/tokens/strict_json.h"

namespace larder::tokens {

namespace {

using nlohmann::json;

http::Response json_reply(int status, const json& body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Pragma", "no-cache");
  response.body = json_text(body);
  return response;
}

// RFC 3339, UTC.
std::string timestamp(WallTime at) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

int status_of(std::string_view code, bool is_post) {
  if (code == kUnavailable) return 503;
  if (code == "invalid_client") return 401;
  // A GET carries its credentials in a header, and 401 is what asks for others.
  return code == kWrongCredentials && !is_post ? 401 : 400;
}

std::string_view registry_code(int status) {
  if (status == 503) return "UNAVAILABLE";
  return status == 401 ? "UNAUTHORIZED" : "UNSUPPORTED";
}

http::Response document_reply(const char* type, std::string body) {
  http::Response response;
  response.headers.add("Content-Type", type);
  response.headers.add("Cache-Control", "public, max-age=300");
  response.body = std::move(body);
  return response;
}

}  // namespace

http::Response token_reply(TokenRequest::Form form, const Granted& granted) {
  json body{{"access_token", granted.token.token},
            {"expires_in", granted.token.lifetime.count()},
            {"issued_at", timestamp(granted.token.issued_at)}};
  if (form == TokenRequest::Form::docker_get) {
    body["token"] = granted.token.token;
  } else {
    body["scope"] = scope_text(granted.access);
    body["token_type"] = "Bearer";
  }
  if (form == TokenRequest::Form::exchange) body["issued_token_type"] = kAccessTokenUrn;
  if (!granted.refresh_token.empty()) body["refresh_token"] = granted.refresh_token;
  return json_reply(200, body);
}

http::Response refusal_reply(bool is_post, std::string_view service, const Refusal& refusal) {
  const int status = status_of(refusal.code, is_post);
  json body;
  if (is_post) {
    body = {{"error", refusal.code}, {"error_description", refusal.description}};
  } else {
    body = {{"errors", {{{"code", registry_code(status)}, {"message", refusal.description}}}}};
  }
  auto response = json_reply(status, body);
  if (status == 401) response.headers.add("WWW-Authenticate", basic_challenge(service));
  if (status == 503) response.headers.add("Retry-After", "1");
  return response;
}

http::Response method_reply() {
  auto response = json_reply(
      405, {{"errors", {{{"code", "UNSUPPORTED"}, {"message", "only GET, HEAD and POST"}}}}});
  response.headers.add("Allow", "GET, HEAD, POST");
  return response;
}

http::Response jwks_reply(const KeyRing& ring) {
  return document_reply("application/jwk-set+json", ring.jwks());
}

http::Response certificates_reply(const KeyRing& ring) {
  return document_reply("application/x-pem-file", ring.certificate_bundle());
}

}  // namespace larder::tokens
