// The Docker token protocol: what to ask a realm, and what its answer means.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/auth/challenge.h"
#include "daemon/auth/credential.h"
#include "daemon/auth/trust_boundary.h"
#include "daemon/http/client.h"
#include "daemon/http/url.h"

namespace larder::auth {

// The value of a Basic Authorization header.
std::string basic_authorization(const Credential& credential);

// Asks for the scope and what the challenge names besides: by GET with a username and password, or
// anonymously with an empty credential; by POST with an identity token.
// Returns: denied when the realm is no URL or outside the boundary of `endpoint`.
Result<http::ClientRequest> token_request(const Challenge& challenge, const std::string& scope,
                                          const Credential& credential, const http::Url& endpoint,
                                          const TrustBoundary& boundary = {});

struct IssuedToken {
  std::string token;
  std::chrono::seconds lifetime;  // 1 s .. 24 h

  bool operator==(const IssuedToken&) const = default;
};

// Returns: upstream_down when the body is no token answer.
Result<IssuedToken> parse_token_answer(const std::string& body);

}  // namespace larder::auth
