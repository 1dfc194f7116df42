// The 401 that tells a client where it gets a token.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include "daemon/auth/tokens/bearer_challenge.h"
#include "daemon/http/message.h"

namespace larder::access {

// Where a listener that wants tokens gives them.
inline constexpr std::string_view kTokenPath = "/token";

// `challenge` without its realm: that is on the host that the client asked for.
http::Response challenge_reply(const http::Request& request, tokens::BearerChallenge challenge);

}  // namespace larder::access
