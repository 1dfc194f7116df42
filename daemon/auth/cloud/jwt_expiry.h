// When a JWT ends that somebody else will check: nothing here is proof of anything.
//
// Thread-safety: a function of its argument. Blocks: no.
#pragma once

#include <optional>
#include <string_view>

#include "cache/base/clock.h"

namespace larder::auth {

// Its "exp" (RFC 7519), unverified. Nothing for what is no JWT of at most 32 KiB, or does not say.
std::optional<WallTime> jwt_expiry(std::string_view token);

}  // namespace larder::auth
