// The Link header of a list's page (RFC 8288): where the next page is.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>

#include "daemon/http/message.h"

namespace larder::upstream {

// The target of the first link with rel="next", as written: relative or absolute, never to be
// dialled as it is. Nothing when there is none; what follows a malformed link is not read.
std::optional<std::string> next_link(const http::Headers& headers);

}  // namespace larder::upstream
