// Keys as JSON: what container credentials, instance metadata and a credential_process answer.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstddef>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/auth/aws/keys.h"

namespace larder::aws {

inline constexpr std::size_t kKeysJsonBytesMax = 64 * 1024;

// Container credentials and instance metadata: AccessKeyId, SecretAccessKey, Token, Expiration. An
// answer with a Code has to be a success.
// Returns: denied when the answer's Code tells of a failure; upstream_down when it has no usable
// keys.
Result<Keys> parse_metadata_keys(std::string_view json);

// A credential_process: Version 1, AccessKeyId, SecretAccessKey and, if it will, SessionToken and
// Expiration. Returns: invalid when that is not what it is.
Result<Keys> parse_process_keys(std::string_view json);

}  // namespace larder::aws
