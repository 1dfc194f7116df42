// What the daemon tells of an image, in plain words and aligned lines.
//
// What is missing in the JSON is left out of the text; what comes from elsewhere is printable in
// it. Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace larder::cli {

// Of GET /v1/explain.
std::string explanation_text(const nlohmann::ordered_json& explanation);

// Of POST /v1/refresh, one line: "docker.io/library/redis:7: moved from sha256:.. to sha256:..".
std::string refresh_text(const nlohmann::ordered_json& report);

}  // namespace larder::cli
