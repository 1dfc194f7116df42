// How credentials and scopes are spelled on the wire.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string>
#include <string_view>

namespace larder::auth {

// RFC 4648 section 4, with padding.
std::string base64(std::string_view bytes);

// For one name or value of a query: everything but unreserved characters is escaped (RFC 3986).
std::string percent_encode(std::string_view text);

}  // namespace larder::auth
