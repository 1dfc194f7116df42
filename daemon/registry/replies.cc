#include "daemon/registry/replies.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/auth/exchanger.h"

namespace larder::registry {

namespace {

std::string_view unknown_code(RouteKind kind) {
  switch (kind) {
    case RouteKind::manifest:
    case RouteKind::referrers:
      return "MANIFEST_UNKNOWN";
    case RouteKind::blob:
      return "BLOB_UNKNOWN";
    default:
      return "NAME_UNKNOWN";
  }
}

void add_headers(http::Response& response, std::string cache_status) {
  response.headers.add("Docker-Distribution-Api-Version", "registry/2.0");
  response.headers.add("Cache-Status", std::move(cache_status));
}

http::Response json_reply(int status, std::string_view code, std::string_view message,
                          std::string cache_status) {
  const nlohmann::json body = {{"errors", {{{"code", code}, {"message", message}}}}};
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  add_headers(response, std::move(cache_status));
  response.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return response;
}

// Larder's own credential could not be had: that says nothing about what was asked for.
bool is_own_trouble(const Error& error) {
  return error.cause == auth::kCredentialCause;
}

// A program's words, a path, a token server's address are nobody's business outside.
std::string for_client(const Error& error) {
  if (!is_own_trouble(error)) return describe(error);
  return "Larder has no credential for the upstream; its log says why";
}

}  // namespace

void add_common_headers(http::Response& response, CacheStatus cache_status,
                        const std::optional<std::chrono::seconds>& ttl) {
  add_headers(response, header_value(cache_status, ttl));
}

http::Response error_reply(int status, std::string_view code, std::string_view message,
                           CacheStatus cache_status) {
  return json_reply(status, code, message, header_value(cache_status));
}

http::Response error_reply(int status, std::string_view code, const Error& error) {
  return json_reply(status, code, for_client(error), header_value(error));
}

http::Response error_reply(RouteKind kind, const Error& error) {
  if (is_own_trouble(error)) return error_reply(503, "UNAVAILABLE", error);
  switch (error.code) {
    case Errc::not_found:
    case Errc::denied:
      return error_reply(404, unknown_code(kind), error);
    case Errc::invalid:
      return error_reply(400, kind == RouteKind::unknown ? "NAME_INVALID" : "DIGEST_INVALID",
                         error);
    default:
      return error_reply(503, "UNAVAILABLE", error);
  }
}

http::Response ping_reply() {
  http::Response response;
  response.headers.add("Content-Type", "application/json");
  add_common_headers(response, CacheStatus::local);
  response.body = "{}";
  return response;
}

}  // namespace larder::registry
