// Which API gives the credential for a registry of ECR, and how it is asked.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/auth/aws/endpoints.h"
#include "daemon/auth/aws/sigv4.h"
#include "daemon/http/client.h"

namespace larder::aws {

struct EcrTarget {
  http::Url url;
  http::Reach reach = http::Reach::public_only;
  SigningScope scope;     // service: "ecr" or "ecr-public"
  std::string operation;  // X-Amz-Target
  Variant variant{};      // STS is asked at the same kind of endpoint

  bool is_public() const { return scope.service == "ecr-public"; }
};

// For the registry `host`, which may end in a port. `region`, when it is not empty, is taken in
// place of the host's, and makes any host ECR's; `api`, which an operator wrote, in place of the
// region's endpoint. Returns: invalid when the host is none of ECR's and no region is given, or
// when that is none. Thread-safety: a function of its arguments. Blocks: no.
Result<EcrTarget> ecr_target(std::string_view host, const std::string& region,
                             const std::optional<http::Url>& api);

// GetAuthorizationToken, not yet signed.
http::ClientRequest authorization_request(const EcrTarget& target);

}  // namespace larder::aws
