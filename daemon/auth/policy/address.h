// The addresses and blocks that policies speak of: those of daemon/http.
#pragma once

#include "daemon/http/ip_address.h"

namespace larder::policy {

using http::address_of_peer;
using http::IpAddress;
using http::IpBlock;
using http::parse_address;

}  // namespace larder::policy
