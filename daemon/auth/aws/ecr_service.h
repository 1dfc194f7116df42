// ECR's API as Larder answers it: GetAuthorizationToken, of the private registries' service and of
// ECR Public's, in JSON 1.1, and refusals as AWS has them.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/clock.h"
#include "daemon/auth/aws/service_error.h"
#include "daemon/http/message.h"

namespace larder::aws {

struct EcrQuestion {
  bool is_public = false;
  std::vector<std::string> accounts{};  // whose registries it names; 12 digits each

  // What its signature is for: "ecr", "ecr-public".
  std::string_view service() const { return is_public ? "ecr-public" : "ecr"; }
};

// A question, or why it is none.
struct ParsedEcrQuestion {
  std::optional<EcrQuestion> question{};
  ServiceError error{};
};

// Whether the request means such an API: POST / that names an operation.
bool is_service_call(const http::Request& request);

// Requires: is_service_call(request).
ParsedEcrQuestion parse_ecr_question(const http::Request& request);

struct EcrToken {
  std::string token;  // secret; the password of the user AWS
  WallTime expires;
  std::string id;
};

// `own` is the URL that was asked, without a path. The endpoint of an account that the question
// names is its registry in `region`, as clients expect it: they take no other; without a region it
// is `own`.
http::Response ecr_token_reply(const EcrQuestion& question, const EcrToken& token,
                               const std::string& own, const std::string& region);

// 400, or 500 for a ServerException.
http::Response service_refusal(const ServiceError& error);

}  // namespace larder::aws
