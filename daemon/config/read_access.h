// How an upstream or one of its endpoints is reached: what both kinds of mapping may hold.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <optional>
#include <string>

#include "daemon/config/config.h"
#include "daemon/config/section.h"

namespace larder::config {

// Nothing where the mapping says nothing.
struct Access {
  std::optional<Auth> auth;
  std::optional<std::string> ca_file;
  std::optional<ClientCertificate> client_certificate;
  std::optional<Proxy> proxy;
};

Access read_access(Section& section);

// `proxy`; nothing when absent.
std::optional<Proxy> read_proxy(Section& section);

}  // namespace larder::config
