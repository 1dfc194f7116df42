// The claims of Larder's own tokens: those of the Docker token specification, and who the subject
// is, for the policy that decides over each request.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/auth/tokens/access.h"
#include "daemon/auth/tokens/subject.h"

namespace larder::tokens {

struct OwnClaims {
  std::string issuer;
  std::string audience;
  Subject subject;
  std::vector<Access> access;
  WallTime not_before;
  WallTime issued_at;
  WallTime expires;
  std::string id;
};

// As JSON; times in whole seconds.
std::string own_claims_text(const OwnClaims& claims);

// What own_claims_text wrote. Only for a payload whose signature is ours. Returns: invalid.
Result<OwnClaims> parse_own_claims(std::string_view payload);

}  // namespace larder::tokens
