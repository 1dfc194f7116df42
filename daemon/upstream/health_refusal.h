// Why an endpoint is not asked, and until when: one line, for a 503's text and the log.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/upstream/ask.h"
#include "daemon/upstream/breaker.h"
#include "daemon/upstream/moment.h"
#include "daemon/upstream/quota.h"

namespace larder::upstream {

// The cause of errors that say that something is left alone for now.
inline constexpr std::string_view kBreakerCause = "breaker";

// How much a request for `purpose` insists.
Claim claim_of(Purpose purpose);

// The endpoint's token server asks to be left alone.
struct TokenPause {
  MonoTime until;
  std::string why;
};

// Nothing when a request for `purpose` may be sent. Returns: upstream_down, naming `url`; its cause
// is "breaker" or "quota".
std::optional<Error> health_refusal(const std::string& url, const Breaker& breaker,
                                    const std::optional<Quota>& quota, Purpose purpose,
                                    const Moment& now);

// Why a request that needs a token is not sent. Returns: upstream_down; its cause is "breaker".
Error token_refusal(const std::string& url, const TokenPause& pause, const Moment& now);

}  // namespace larder::upstream
