// JSON from outside, read so that it can mean one thing only: bounded in size and depth, no name
// twice in an object, UTF-8.
//
// Only files of this room include this header.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <chrono>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/result.h"

namespace larder::tokens {

inline constexpr int kJsonDepthMax = 8;

// Returns: invalid when the text is larger than `bytes_max`, no JSON, no object, deeper than
// kJsonDepthMax, or has a name twice.
Result<nlohmann::json> parse_strict_object(std::string_view text, std::size_t bytes_max);

// A member that is text of at most `bytes_max` bytes without control characters; empty text when
// there is no such member. Returns: invalid for anything else under that name.
Result<std::string> text_member(const nlohmann::json& object, const char* name,
                                std::size_t bytes_max = 1024);

// One text, or a list of them; empty when there is no such member. Returns: invalid.
Result<std::vector<std::string>> texts_member(const nlohmann::json& object, const char* name,
                                              std::size_t count_max = 64);

// A NumericDate (RFC 7519 section 2), whole seconds between 1970 and 9999. Returns: invalid.
Result<std::optional<WallTime>> time_member(const nlohmann::json& object, const char* name);

// Never throws: what is no UTF-8 is replaced.
std::string json_text(const nlohmann::json& json);

}  // namespace larder::tokens
