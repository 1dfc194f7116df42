// What GetAuthorizationToken answers, of ECR and of ECR Public.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string_view>

#include "cache/base/result.h"
#include "daemon/auth/credential.h"

namespace larder::aws {

// The username and password within authorizationToken, and expiresAt.
// Returns: invalid when there is no such credential in it.
Result<auth::Credential> parse_authorization(std::string_view json);

}  // namespace larder::aws
