// Whether a request to Larder is signed as AWS Signature Version 4 has it: the other end of
// sigv4.h.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/auth/aws/sigv4.h"
#include "daemon/http/message.h"

namespace larder::aws {

// A clock may be wrong by so much.
inline constexpr std::chrono::minutes kSignatureLeeway{15};

// What a request's Authorization header says; true or not.
struct RequestSignature {
  std::string access_key_id;
  std::string day;  // "20260115", of the credential's scope
  SigningScope scope;
  std::vector<std::string> signed_headers;  // in lower case, sorted, none twice
  std::string signature;                    // 64 hexadecimal digits
};

// Nothing when there is no such header. Returns: invalid, saying what is missing and nothing of
// what is there, when it is none of AWS4-HMAC-SHA256 or breaks its grammar.
Result<std::optional<RequestSignature>> find_request_signature(const http::Headers& headers);

// Whether whoever has `secret` signed the request, for `service`, a moment ago. Host, X-Amz-Date,
// and whatever begins with X-Amz- must be signed with it, and the body always is.
// Returns: denied, saying what is wrong but neither the secret nor what would be right.
Status check_request_signature(const http::Request& request, const RequestSignature& signature,
                               const std::string& secret, std::string_view service, WallTime now);

}  // namespace larder::aws
