#include "daemon/control/image_handler.h"

#include "daemon/control/explanation_json.h"
#include "daemon/control/json_messages.h"
#include "daemon/http/query.h"

namespace larder::control {

namespace {

Error no_reference() {
  return {Errc::invalid, "ref is needed, once: an image name such as docker.io/library/redis:7"};
}

Result<std::string> reference_of(std::string_view query) {
  const auto parameters = http::parse_query(query);
  if (!parameters.ok()) return parameters.error();
  if (parameters->size() != 1) return no_reference();
  const auto& [name, value] = parameters->front();
  if (name != "ref" || value.empty()) return no_reference();
  return value;
}

}  // namespace

http::Response ImageHandler::explain(const http::Request& request) const {
  if (request.method != "GET") return method_reply("GET");
  const auto reference = reference_of(http::split_target(request.target).query);
  if (!reference.ok()) return error_reply(reference.error());
  const auto explanation = commands_.explain(*reference);
  if (!explanation.ok()) return error_reply(explanation.error());
  return json_reply(200, to_json(*explanation));
}

http::Response ImageHandler::refresh(const http::Request& request) const {
  if (request.method != "POST") return method_reply("POST");
  const auto body = parse_request(request.body, {"ref"});
  if (!body.ok()) return error_reply(body.error());
  const auto reference = text_of(*body, "ref");
  if (!reference.ok()) return error_reply(reference.error());
  if (reference->empty()) return error_reply(no_reference());
  const auto report = commands_.refresh(*reference);
  if (!report.ok()) return error_reply(report.error());
  return json_reply(200, to_json(*report));
}

}  // namespace larder::control
