// What a client asks a token endpoint for, in any of its three forms: the Docker token
// specification's GET, its OAuth2 POST (RFC 6749), and token exchange (RFC 8693).
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/base/result.h"
#include "daemon/auth/tokens/access.h"
#include "daemon/http/message.h"

namespace larder::tokens {

inline constexpr std::string_view kPasswordGrant = "password";
inline constexpr std::string_view kRefreshGrant = "refresh_token";
inline constexpr std::string_view kExchangeGrant =
    "urn:ietf:params:oauth:grant-type:token-exchange";
inline constexpr std::string_view kAccessTokenUrn = "urn:ietf:params:oauth:token-type:access_token";

struct TokenRequest {
  enum class Form { docker_get, oauth_post, exchange } form = Form::docker_get;
  std::vector<std::string> services;  // that the token is to be for; empty: it is not said
  std::vector<Access> scope;
  bool offline = false;  // a refresh token is wanted, too
  // What proves who asks: one of these, or none.
  std::optional<std::pair<std::string, std::string>> basic{};  // secret
  std::string refresh_token{};                                 // secret
  std::string subject_token{};                                 // secret
};

// Why a request is none, as RFC 6749 section 5.2 and RFC 8693 section 2.2.2 name it.
struct RequestError {
  std::string_view code;  // "invalid_request", "unsupported_grant_type", "invalid_scope", …
  std::string description;
};

// Either of them. Every error is told without a value that was sent.
struct ParsedRequest {
  std::optional<TokenRequest> request{};
  RequestError error{};
};

// For GET, HEAD and POST.
ParsedRequest parse_token_request(const http::Request& request);

// "Basic dXNlcjpwYXNz" as name and password; nothing when there is no Authorization header.
// Returns: invalid for another scheme, or credentials that are none.
Result<std::optional<std::pair<std::string, std::string>>> basic_credentials(
    const http::Headers& headers);

}  // namespace larder::tokens
