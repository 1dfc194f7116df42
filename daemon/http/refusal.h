// The answers the server gives by itself, when a request does not reach the handler: small OCI
// error documents with "Connection: close".
//
// Never 408 or 429: a container runtime would keep asking this host instead of going to the next.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string>
#include <string_view>

#include "daemon/http/message.h"

namespace larder::http {

enum class Refusal {
  malformed_head,     // 400
  head_too_large,     // 431
  plain_http,         // 400: the listener speaks TLS
  malformed_body,     // 400: not counted, too large, or slow in coming
  overloaded,         // 503 with Retry-After: no thread and no room in the queue
  source_overloaded,  // the same, for those of its address
  failed,             // 500: the handler threw
  body_unavailable,   // 503: the body failed before anything of the answer was sent
};

struct RefusalWording {
  int status;
  std::string_view reason;
  std::string_view code;  // of the OCI distribution specification, or UNKNOWN
  std::string_view message;
};
RefusalWording wording(Refusal refusal);

Response refusal_response(Refusal refusal);

// The same as it goes over the wire; `detail` says what was malformed.
std::string refusal_bytes(Refusal refusal, std::string_view detail = {});

// {"errors":[{"code":..,"message":..}]}
std::string oci_error_json(std::string_view code, std::string_view message);

}  // namespace larder::http
