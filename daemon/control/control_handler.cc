#include "daemon/control/control_handler.h"

#include "daemon/control/json_messages.h"
#include "daemon/http/query.h"

namespace larder::control {

http::Response ControlHandler::handle(const http::Request& request) {
  const std::string_view path = http::split_target(request.target).path;
  if (path == "/v1/scrub") return scrub_.handle(request);
  if (path == "/v1/pins") return pins_.handle(request);
  if (path == "/v1/explain") return images_.explain(request);
  if (path == "/v1/refresh") return images_.refresh(request);
  if (path == "/v1/token") return tokens_.handle(request);
  return error_reply(
      404, "no such path: /v1/scrub, /v1/pins, /v1/explain, /v1/refresh and /v1/token are here");
}

// Questions are not logged: somebody who watches a scrub asks several times a second.
void ControlHandler::finished(const http::Request& request, const http::Exchange& exchange) {
  if (request.method == "GET") return;
  logger_.write(log::Level::info, "control",
                {{"method", request.method},
                 {"path", std::string(http::split_target(request.target).path)},
                 {"status", std::int64_t{exchange.status}}});
}

}  // namespace larder::control
