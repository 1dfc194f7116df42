#include "daemon/control/scrub_handler.h"

#include "daemon/control/check_report_json.h"
#include "daemon/control/json_messages.h"

namespace larder::control {

namespace {

// Nothing when the request leaves it to the config.
Result<std::optional<std::uint64_t>> rate_of(const Json& request) {
  const auto found = request.find("rate");
  if (found == request.end()) return std::optional<std::uint64_t>();
  if (!found->is_number_unsigned() || found->get<std::uint64_t>() == 0) {
    return Error{Errc::invalid, "rate is no number of bytes per second above 0"};
  }
  return std::optional(found->get<std::uint64_t>());
}

}  // namespace

http::Response ScrubHandler::handle(const http::Request& request) const {
  if (request.method == "GET") return json_reply(200, to_json(commands_.report()));
  if (request.method == "POST") return start(request.body);
  return method_reply("GET, POST");
}

http::Response ScrubHandler::start(const std::string& body) const {
  const auto request = parse_request(body, {"rate"});
  if (!request.ok()) return error_reply(request.error());
  const auto rate = rate_of(*request);
  if (!rate.ok()) return error_reply(rate.error());
  if (Status started = commands_.start(*rate); !started.ok()) return error_reply(started.error());
  return json_reply(202, to_json(commands_.report()));
}

}  // namespace larder::control
