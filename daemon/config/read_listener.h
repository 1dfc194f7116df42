// One element of `listeners`, and `egress`.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/config/section.h"

namespace larder::config {

inline constexpr std::string_view kAddressShape =
    "host:port, [v6]:port, interface:NAME:port or unix:/path";

// `tokens` are read before: they may be needed here.
Listener read_listener(Section section, const Tokens& tokens);

// `egress.allow`.
void read_egress(Section& root, std::vector<std::string>& networks);

// Its parts.
Tls read_tls(Section& section);
Limits read_limits(Section& section, Limits defaults);

}  // namespace larder::config
