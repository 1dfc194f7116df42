// The answers of a token endpoint. None may be cached.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/auth/tokens/access.h"
#include "daemon/auth/tokens/token_issuer.h"
#include "daemon/auth/tokens/token_request.h"
#include "daemon/http/message.h"

namespace larder::tokens {

struct Granted {
  SignedToken token;
  std::vector<Access> access;
  std::string refresh_token{};  // empty: none
};
// In the shape of the form that asked.
http::Response token_reply(TokenRequest::Form form, const Granted& granted);

// Why no token is given. The status follows from the code: 401 for wrong credentials, 503 when it
// cannot be told now, else 400.
struct Refusal {
  std::string_view code;    // RFC 6749's: "invalid_request", "invalid_grant", …
  std::string description;  // for the client; nothing secret
};
inline constexpr std::string_view kWrongCredentials = "invalid_grant";
inline constexpr std::string_view kUnavailable = "temporarily_unavailable";

// To a GET in the registry's form of errors, with a Basic challenge for `service` when it is 401;
// to a POST as RFC 6749 section 5.2 has it.
http::Response refusal_reply(bool is_post, std::string_view service, const Refusal& refusal);

// 405 with Allow.
http::Response method_reply();

// The key set, for /.well-known/jwks.json; and the same keys as certificates. Both may be cached
// for five minutes: a new key is published a rotation's lead before it signs.
http::Response jwks_reply(const KeyRing& ring);
http::Response certificates_reply(const KeyRing& ring);

}  // namespace larder::tokens
