// Base64, decoded strictly: a value has exactly one spelling, so a token has, too.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string>
#include <string_view>

#include "cache/base/result.h"

namespace larder::tokens {

// RFC 7515 section 2: the URL alphabet, no padding.
std::string base64url(std::string_view bytes);

// Returns: invalid for padding, another character, an impossible length or bits left over.
Result<std::string> base64url_decoded(std::string_view text);

// RFC 4648 section 4, as in Basic credentials. Returns: invalid as above, and for missing padding.
Result<std::string> base64_decoded(std::string_view text);

}  // namespace larder::tokens
