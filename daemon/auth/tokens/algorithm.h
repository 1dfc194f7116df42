// The signature algorithms that are taken (RFC 7518, RFC 8037). "none" and the HMACs have no name
// here, so no token and no key can ask for them.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace larder::tokens {

enum class Algorithm { rs256, rs384, rs512, ps256, ps384, ps512, es256, es384, es512, eddsa };

// "RS256", exactly so. Nothing for any other name.
std::optional<Algorithm> parse_algorithm(std::string_view name);
std::string_view to_string(Algorithm algorithm);

std::vector<Algorithm> all_algorithms();

}  // namespace larder::tokens
