// One element of `listeners`.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <string_view>

#include "daemon/config/config.h"
#include "daemon/config/section.h"

namespace larder::config {

inline constexpr std::string_view kAddressShape =
    "host:port, [v6]:port, interface:NAME:port or unix:/path";

// `tokens` are read before: they may be needed here.
Listener read_listener(Section section, const Tokens& tokens);

// Its parts.
Tls read_tls(Section& section);
Limits read_limits(Section& section);

}  // namespace larder::config
