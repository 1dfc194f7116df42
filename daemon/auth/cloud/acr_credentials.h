// Azure's registries (*.azurecr.io and those of the sovereign clouds), by the identity that the
// machine or the pod has: a token of Entra ID, exchanged for a refresh token of the registry.
//
// Thread-safety: any thread. Blocks: on both services and a file, until the question's deadline.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "daemon/auth/cloud/entra_token.h"
#include "daemon/auth/credential.h"
#include "daemon/http/client.h"

namespace larder::auth {

struct AcrOptions {
  EntraOptions identity{};
  // Where refresh tokens come from, instead of https:// and the registry's own host, which must
  // then be one of Azure's.
  std::string registry_url{};
};

// What AcrCredentials asks. None need be another's.
struct AcrClients {
  http::Client& metadata;  // must use no proxy
  http::Client& services;
};

class AcrCredentials final : public CredentialSource {
 public:
  // The clients and `clock` must outlive the source. Returns: invalid for options that make no
  // sense.
  static Result<std::unique_ptr<AcrCredentials>> create(AcrOptions options, AcrClients clients,
                                                        const Clock& clock);

  // One: an identity token, with its end.
  // Returns: denied when the host is no registry of Azure's, or one of the services refuses;
  // upstream_down when one makes no sense; not_found, denied or io when the token file cannot be
  // read; else as Client::send.
  Result<std::vector<Credential>> credentials(const CredentialQuestion& question) override;

 private:
  AcrCredentials(AcrOptions options, AcrClients clients, const Clock& clock)
      : options_(std::move(options)), clients_(clients), clock_(clock) {}

  const AcrOptions options_;
  const AcrClients clients_;
  const Clock& clock_;
};

}  // namespace larder::auth
