// One request to a cloud's token service, answered in JSON.
//
// Thread-safety: functions of their arguments. Blocks: on the network, until the question's
// deadline, or 10 s.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/auth/credential.h"
#include "daemon/http/client.h"

namespace larder::auth {

struct JsonAnswer {
  http::ResponseHead head;
  nlohmann::json document;  // an object
};

// Returns: denied when the service refuses (400, 401, 403 and their like), naming its OAuth error
// code; upstream_down for any other status but 200, for a body larger than 64 KiB, and for one that
// is no JSON object; else as Client::send. Errors name the host.
Result<JsonAnswer> ask_for_json(http::Client& client, http::ClientRequest request,
                                const CredentialQuestion& question, const Clock& clock);

// "https://host" plus "/path", for the services that an operator or this program names.
// Returns: invalid when `base` is no URL, or has a query.
Result<http::Url> url_below(const std::string& base, std::string_view path_and_query);

// A POST of application/x-www-form-urlencoded.
http::ClientRequest form_request(http::Url url,
                                 const std::vector<std::pair<std::string, std::string>>& fields);

// Whether it can stand in a header or a form: 1 B to 32 KiB, printable, without spaces.
bool is_token(std::string_view text);

}  // namespace larder::auth
