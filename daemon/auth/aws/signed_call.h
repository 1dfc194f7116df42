// One signed request to an AWS service, made again once when our clock is what it was refused for.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/auth/aws/keys.h"
#include "daemon/auth/aws/service_error.h"
#include "daemon/auth/aws/sigv4.h"
#include "daemon/http/client.h"

namespace larder::aws {

// No answer that is understood is larger.
inline constexpr std::size_t kServiceAnswerBytesMax = 256 * 1024;

using ParseError = std::function<ServiceError(std::string_view body)>;

// Signs and sends `request`, whose deadline is patience's. A refusal that is_about_time(), in an
// answer whose Date is minutes from our clock, makes it be signed and sent again by that Date.
// Returns: the answer, whatever its status; errors as http::Client::send has them.
// Thread-safety: any thread. Blocks: on the network, until patience.deadline.
Result<http::BufferedResponse> signed_call(http::Client& client, http::ClientRequest request,
                                           const Keys& keys, const SigningScope& scope,
                                           const Clock& clock, const Patience& patience,
                                           const ParseError& parse_error);

}  // namespace larder::aws
