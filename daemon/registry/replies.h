// Answers of the distribution API that are not an image's bytes: errors in the OCI JSON form,
// headers every answer carries.
#pragma once

#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/http/message.h"
#include "daemon/registry/cache_status.h"
#include "daemon/registry/registry_path.h"

namespace larder::registry {

// {"errors":[{"code":...,"message":...}]} with the headers every answer has.
http::Response error_reply(int status, std::string_view code, std::string_view message,
                           CacheStatus cache_status);

// The same for an error, whose cause the Cache-Status tells.
http::Response error_reply(int status, std::string_view code, const Error& error);

// The reply to an error met while answering a request of this kind. Towards a runtime an error is
// never 408 or 429, which it would repeat on this host: what upstream refuses or does not have is
// 404, what could not be had in time is 503 (docs/architecture.md, "Deadlines").
http::Response error_reply(RouteKind kind, const Error& error);

// {} with 200: the answer to GET /v2/.
http::Response ping_reply();

void add_common_headers(http::Response& response, CacheStatus cache_status,
                        const std::optional<std::chrono::seconds>& ttl = std::nullopt);

}  // namespace larder::registry
