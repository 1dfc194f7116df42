// AWS Signature Version 4 in its header form: what proves to an AWS service who asks.
//
// Rules: "Create a signed AWS API request" of the IAM user guide, for services other than S3.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string>
#include <string_view>

#include "cache/base/clock.h"
#include "daemon/auth/aws/canonical_request.h"
#include "daemon/auth/aws/keys.h"
#include "daemon/http/client.h"

namespace larder::aws {

inline constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

// For which service, where: "ecr" in "eu-west-1".
struct SigningScope {
  std::string region;
  std::string service;
};

// Sets X-Amz-Date, X-Amz-Security-Token when the keys have a session token, and Authorization. Any
// other header of the request is signed with it, so none may change afterwards; Host is the
// URL's. A request that was signed before can be signed again.
// Requires: check_keys(keys).
void sign(http::ClientRequest& request, const Keys& keys, const SigningScope& scope, WallTime now);

// The steps of sign(), for whoever wants to know where two signers differ.
CanonicalRequest canonical_request(const http::ClientRequest& request);

// "20260115/eu-west-1/ecr/aws4_request". `date` begins with the day, as amz_date() does.
std::string credential_scope(std::string_view date, const SigningScope& scope);

// 32 bytes, secret.
std::string signing_key(const Keys& keys, std::string_view date, const SigningScope& scope);

// In hexadecimal. `date` as amz_date() has it.
std::string signature_of(const CanonicalRequest& request, const Keys& keys, std::string_view date,
                         const SigningScope& scope);

}  // namespace larder::aws
