// How bytes are spelled in credentials and tokens.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace larder::auth {

// RFC 4648 section 4, with padding.
std::string base64(std::string_view bytes);

// The padding may be missing altogether, as kubectl and JWTs leave it out. Nothing for any other
// character, half a padding, or bits that say nothing and are not zero.
std::optional<std::string> base64_decoded(std::string_view text);

// RFC 4648 section 5, the URL alphabet without padding, as JWTs have it (RFC 7515 section 2).
std::string base64url(std::string_view bytes);
// A value has exactly one spelling, so a token has, too. Nothing for padding, another character, an
// impossible length or bits left over.
std::optional<std::string> base64url_decoded(std::string_view text);

// In lower case.
std::string hex(std::string_view bytes);

// What others say, as one line of a log: its first bytes, with a space for each that is not
// printable ASCII, and none at either end.
std::string printable(std::string_view text, std::size_t bytes_max);

}  // namespace larder::auth
