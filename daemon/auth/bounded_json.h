// JSON from outside, read within bounds. For the rooms of daemon/auth alone.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace larder::auth {

// Deeper documents are refused: nothing that is read here nests so far.
inline constexpr std::size_t kJsonDepthMax = 16;

// Discarded (is_discarded()) when `text` is larger than `bytes_max`, too deep, or no JSON.
nlohmann::json parse_bounded_json(std::string_view text, std::size_t bytes_max);

// Empty when `value` is no object, or has no such string.
std::string string_at(const nlohmann::json& value, const char* key);

// A copy of the member; null when the object does not have it.
nlohmann::json member_at(const nlohmann::json& object, const char* key);

}  // namespace larder::auth
