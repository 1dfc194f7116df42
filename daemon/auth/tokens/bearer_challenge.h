// The WWW-Authenticate values that Larder's listeners answer with, and the Authorization values
// they get back.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/http/message.h"

namespace larder::tokens {

struct BearerChallenge {
  std::string realm;    // the token endpoint, as an absolute URL
  std::string service;  // TokenRules::service
  std::string scope{};  // what the request needs; empty: no more than a token
  // Why what was sent does not do: "invalid_token", "insufficient_scope". Empty: nothing was sent.
  std::string_view error{};
};
// One header's value. Characters that cannot stand in a quoted value are left out.
std::string bearer_challenge(const BearerChallenge& challenge);
std::string basic_challenge(std::string_view realm);

// "repository:ghcr.io/team/app:pull" of "ghcr.io/team/app". The upstream is part of the name,
// because two upstreams may have repositories of the same one.
std::string pull_scope(const std::string& name);

// The token endpoint as the client reaches this listener: `path` on the host that it asked for.
// Returns: invalid when there is not exactly one Host header, or it names none.
Result<std::string> realm_of(const http::Headers& headers, bool is_tls, std::string_view path);

// The token of "Bearer …", to be checked by a TokenVerifier; nothing without an Authorization
// header or with another scheme. Returns: invalid for two headers, or a Bearer without a token.
Result<std::optional<std::string>> bearer_token(const http::Headers& headers);

}  // namespace larder::tokens
