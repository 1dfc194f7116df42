// The rate-limit headers of registries, in their dialects.
//
// Docker Hub ("ratelimit-limit: 100;w=21600"), the IETF's older drafts ("RateLimit-Limit: 100,
// 100;w=60"), its newer ones ("RateLimit: "default";r=50;t=30" with "RateLimit-Policy") and
// X-RateLimit-*. Thread-safety: a function of its arguments. Blocks: no.
#pragma once

#include <optional>

#include "daemon/http/message.h"
#include "daemon/upstream/moment.h"
#include "daemon/upstream/quota.h"

namespace larder::upstream {

// Of several policies the tightest one. Nothing when the headers tell of none, or not in a way that
// makes sense.
std::optional<Quota> parse_quota(const http::Headers& headers, const Moment& now);

}  // namespace larder::upstream
