#include "daemon/http/refusal.h"

#include "daemon/http/ascii.h"

namespace larder::http {

RefusalWording wording(Refusal refusal) {
  switch (refusal) {
    case Refusal::malformed_head:
      return {400, "Bad Request", "UNSUPPORTED", "malformed request"};
    case Refusal::plain_http:
      return {400, "Bad Request", "UNSUPPORTED", "this address speaks TLS: ask it by https"};
    case Refusal::head_too_large:
      return {431, "Request Header Fields Too Large", "UNSUPPORTED", "request head too large"};
    case Refusal::malformed_body:
      return {400, "Bad Request", "UNSUPPORTED", "the body cannot be taken"};
    case Refusal::overloaded:
      return {503, "Service Unavailable", "UNKNOWN", "too many requests at once"};
    case Refusal::source_overloaded:
      return {503, "Service Unavailable", "UNKNOWN", "too many requests of this source at once"};
    case Refusal::failed:
      return {500, "Internal Server Error", "UNKNOWN", "internal error"};
    case Refusal::body_unavailable:
      return {503, "Service Unavailable", "UNKNOWN", "the content could not be had"};
  }
  return {500, "Internal Server Error", "UNKNOWN", "internal error"};
}

namespace {

bool says_when_to_retry(Refusal refusal) {
  return wording(refusal).status == 503;
}

std::string json_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += is_control(c) ? ' ' : c;
  }
  return quoted + '"';
}

}  // namespace

std::string oci_error_json(std::string_view code, std::string_view message) {
  return "{\"errors\":[{\"code\":" + json_string(code) + ",\"message\":" + json_string(message) +
         "}]}\n";
}

Response refusal_response(Refusal refusal) {
  const auto words = wording(refusal);
  Response response;
  response.status = words.status;
  response.headers.add("Content-Type", "application/json");
  if (says_when_to_retry(refusal)) response.headers.add("Retry-After", "1");
  response.body = oci_error_json(words.code, words.message);
  return response;
}

std::string refusal_bytes(Refusal refusal, std::string_view detail) {
  const auto words = wording(refusal);
  std::string message(words.message);
  if (!detail.empty()) message.append(": ").append(detail);
  const auto body = oci_error_json(words.code, message);
  std::string bytes = "HTTP/1.1 " + std::to_string(words.status);
  bytes.append(" ").append(words.reason).append("\r\n");
  bytes.append("Connection: close\r\nContent-Type: application/json\r\n");
  bytes.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  if (says_when_to_retry(refusal)) bytes.append("Retry-After: 1\r\n");
  return bytes.append("\r\n").append(body);
}

}  // namespace larder::http
