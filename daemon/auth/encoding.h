// How credentials and scopes are spelled on the wire.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace larder::auth {

// RFC 4648 section 4, with padding.
std::string base64(std::string_view bytes);

// The padding may be missing altogether, as kubectl and JWTs leave it out. Nothing for any other
// character, half a padding, or bits that say nothing and are not zero.
std::optional<std::string> base64_decoded(std::string_view text);
// RFC 4648 section 5, without padding.
std::optional<std::string> base64url_decoded(std::string_view text);

// For one name or value of a query: everything but unreserved characters is escaped (RFC 3986).
std::string percent_encode(std::string_view text);

}  // namespace larder::auth
