#include "daemon/control/ops_handler.h"

namespace larder::control {

namespace {

constexpr const char* kTextType = "text/plain; charset=utf-8";
constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

http::Response text_response(int status, std::string text, const char* type = kTextType) {
  http::Response response;
  response.status = status;
  response.headers.set("Content-Type", type);
  response.headers.set("Cache-Control", "no-store");
  response.body = std::move(text);
  return response;
}

}  // namespace

http::Response OpsHandler::handle(const http::Request& request) {
  if (request.method != "GET" && !request.is_head()) {
    http::Response refusal = text_response(405, "only GET and HEAD\n");
    refusal.headers.set("Allow", "GET, HEAD");
    return refusal;
  }
  const std::string_view target = request.target;
  const std::string_view path = target.substr(0, target.find('?'));
  if (path == "/metrics") {
    return text_response(200, parts_.metrics.text(parts_.readings()), kMetricsType);
  }
  if (path == "/healthz") return text_response(200, "ok\n");
  if (path == "/readyz") {
    return parts_.is_ready() ? text_response(200, "ok\n") : text_response(503, "not ready\n");
  }
  return text_response(404, "no such page: /metrics, /healthz and /readyz are here\n");
}

}  // namespace larder::control
