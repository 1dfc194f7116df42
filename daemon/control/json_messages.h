// What comes in and goes out over the control socket: small JSON objects; errors as
// {"error": "what is wrong"}.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/http/message.h"

namespace larder::control {

using Json = nlohmann::ordered_json;

http::Response json_reply(int status, std::string json);
http::Response json_reply(int status, const Json& json);
http::Response error_reply(int status, std::string_view message);
// With the status that fits the error's code.
http::Response error_reply(const Error& error);
// 405, with the methods that are possible: "GET, POST".
http::Response method_reply(const std::string& allowed);

// The object a request's body holds; an empty one for no body.
// Returns: invalid when it is no JSON object or has a key that is not `known`.
Result<Json> parse_request(std::string_view body, std::initializer_list<std::string_view> known);

// The text under `key`; empty when absent. Returns: invalid when it is no text.
Result<std::string> text_of(const Json& object, const char* key);

}  // namespace larder::control
