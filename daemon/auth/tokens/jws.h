// A signed token in its compact form (RFC 7515), taken apart; nothing in it is trusted yet.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/auth/tokens/algorithm.h"

namespace larder::tokens {

inline constexpr std::size_t kTokenBytesMax = 16 * 1024;

struct Jws {
  Algorithm algorithm = Algorithm::es256;
  std::string kid;   // never empty
  std::string type;  // `typ` in lower case without "application/"; empty when there is none
  std::string payload;
  std::string signature;
  std::string_view signed_part;  // refers to the token
};

// Returns: invalid for a token of more than kTokenBytesMax bytes (before anything is decoded), one
// that is not three parts of strict base64url, whose header has a name twice, no `alg` of
// algorithm.h, no `kid`, or says where its key is to be had or that there is more to understand
// (jwk, jku, x5u, crit). An `x5c` is passed over. The context says why, without a byte of the
// token.
Result<Jws> parse_jws(std::string_view token);

// Whether a password can only be meant as a token: three parts, the first one a JSON object.
bool looks_like_jws(std::string_view text);

}  // namespace larder::tokens
