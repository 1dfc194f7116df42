// Hosts that are this machine or a cloud's metadata service, whatever DNS says.
//
// Thread-safety: a function of its arguments. Blocks: no.
#pragma once

#include <string>

namespace larder::http {

// localhost and the names of metadata services, and addresses for which is_local_or_metadata()
// holds, in any spelling that a resolver takes: 127.1, 0x7f000001, 2852039166,
// ::ffff:169.254.169.254. `host` is lower case, an IPv6 address without brackets.
bool is_local_or_metadata_host(const std::string& host);

}  // namespace larder::http
