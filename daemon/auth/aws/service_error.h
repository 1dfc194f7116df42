// What an AWS service says when it refuses, and what that means for whoever asked.
//
// Codes: "Common errors" of the API references, and those of ECR's and STS's operations.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/http/client.h"

namespace larder::aws {

// The cause of an Error that says: later, or less often. It is upstream_down, as are a service's
// own failures.
inline constexpr std::string_view kThrottledCause = "throttled";

// A service's refusal; both empty when the answer says nothing that is understood.
struct ServiceError {
  std::string code;     // "AccessDeniedException"
  std::string message;  // a sentence in English, by the service's word
};

// Of {"__type": "com.amazon...#AccessDeniedException", "message": "..."}.
ServiceError parse_json_error(std::string_view body);

// Letters and digits; whatever else is no code, and told as that.
std::string printable_code(std::string_view code);

// Whether our clock may be the reason.
bool is_about_time(const ServiceError& error);

// denied when the service understood and refused; upstream_down when asking again can help. The
// context: "ECR api.ecr.eu-west-1.amazonaws.com answers HTTP 400 AccessDeniedException: User: ..."
// Messages are told where they are about rights and name no secret; others may repeat what was
// signed.
Error to_error(std::string_view service, const http::Url& url, int status,
               const ServiceError& error);

}  // namespace larder::aws
