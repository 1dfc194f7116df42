// What every token claims about itself (RFC 7519 section 4.1).
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/result.h"

namespace larder::tokens {

struct Claims {
  std::string issuer;
  std::string subject;
  std::vector<std::string> audiences;
  std::optional<WallTime> expires;
  std::optional<WallTime> not_before;
  std::optional<WallTime> issued_at;
  std::string id;
};

// Returns: invalid for a payload that is no JSON object, has a name twice at any depth, or a claim
// of another kind than the standard's.
Result<Claims> parse_claims(std::string_view payload);

inline constexpr std::size_t kGroupsMax = 128;

// The claim `groups`: one text or a list; none without it. Its groups may be what a policy denies
// by, so they are never cut short.
// Returns: invalid for another kind, more than kGroupsMax groups, or more than 6 KiB of them.
Result<std::vector<std::string>> parse_groups(std::string_view payload);

// What a token has to claim.
struct ClaimRules {
  std::string issuer;                  // exactly
  std::vector<std::string> audiences;  // one of these at least
  std::chrono::seconds leeway{60};     // of other clocks
};
// A token that never expires or is for nobody in particular is refused.
// Returns: denied, naming the claim.
Status check_claims(const Claims& claims, const ClaimRules& rules, WallTime now);

}  // namespace larder::tokens
