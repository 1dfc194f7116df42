// The WWW-Authenticate header: what a registry wants to see (RFC 9110 section 11, the Docker token
// specification).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cache/base/result.h"

namespace larder::auth {

struct Challenge {
  enum class Scheme { bearer, basic, other } scheme = Scheme::other;
  std::string realm;
  std::string service;
  std::string scope;  // space separated
  std::string error;  // "invalid_token", "insufficient_scope"

  bool operator==(const Challenge&) const = default;
};

// Every challenge of one header value; parameters nobody uses are dropped.
// Returns: invalid when the value does not follow the grammar, or a challenge has far more
// parameters than any needs.
Result<std::vector<Challenge>> parse_challenges(std::string_view header_value);

}  // namespace larder::auth
