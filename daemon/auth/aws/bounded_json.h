// JSON from the network or a program, parsed within bounds.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace larder::aws {

// No answer that is understood nests deeper.
inline constexpr std::size_t kJsonDepthMax = 16;

// An object. Nothing for all else, and for one that nests deeper than kJsonDepthMax. The text's
// size is for the caller to bound.
std::optional<nlohmann::json> parse_json_object(std::string_view text);

// Empty when it is not there or no string.
std::string text_at(const nlohmann::json& object, const char* key);

}  // namespace larder::aws
