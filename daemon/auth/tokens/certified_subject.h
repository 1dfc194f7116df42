// Who a client certificate says that asks.
//
// Thread-safety: a function of its arguments. Blocks: no.
#pragma once

#include <optional>

#include "daemon/auth/tokens/subject.h"
#include "daemon/http/message.h"

namespace larder::tokens {

// The subject of the certificate that the request's connection has verified: named by its common
// name, or where it has none by the first of its alternative names. Nothing without a certificate,
// for one without any name, and for a common name that cannot be shown or that looks like an
// alternative one ("DNS:…"): nobody could say what it may. Whether it has expired meanwhile is the
// caller's to look at.
std::optional<Subject> certified_subject(const http::Request& request);

// Whether the names of a token's subject count where the request has come in: those of certificates
// do where the same authorities vouch for them, others everywhere.
bool counts_at(const Subject& subject, const http::Request& request);
inline constexpr const char* kOtherAuthorities =
    "its certificate was of other authorities than the listener's";

}  // namespace larder::tokens
