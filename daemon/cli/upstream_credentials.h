// From what the config says of an upstream's credential to what gives it.
#pragma once

#include <memory>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/auth/credential.h"
#include "daemon/auth/renewals.h"
#include "daemon/config/config.h"
#include "daemon/http/client.h"

namespace larder::cli {

// All must outlive what is made of it.
struct CredentialGround {
  http::Client& services;  // for clouds' services, as the upstream itself is reached
  http::Client& direct;    // for metadata services: through no proxy
  Clock& clock;
  auth::RenewalObserver& observer;
};

// Thread-safety: any thread. Blocks: no.
// Returns: invalid when the options make no sense together.
Result<std::unique_ptr<auth::CredentialSource>> upstream_credentials(
    const config::Auth& auth, const CredentialGround& ground);

}  // namespace larder::cli
