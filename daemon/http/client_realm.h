// What stands for the authorities of a listener's clients (TlsPeer::client_realm).
//
// Thread-safety: a function of its argument. Blocks: no.
#pragma once

#include <string>

struct ssl_ctx_st;

namespace larder::http {

// The SHA-256, in hexadecimal, of the certificates that `context` trusts, in whatever order they
// were read; empty when it trusts none.
std::string client_realm_of(const ssl_ctx_st& context);

}  // namespace larder::http
