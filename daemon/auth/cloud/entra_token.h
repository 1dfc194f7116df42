// Access tokens of Entra ID (Azure AD), for a managed identity or a workload identity.
//
// Thread-safety: functions of their arguments. Blocks: get_entra_token() on the network and a file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/auth/credential.h"
#include "daemon/http/client.h"

namespace larder::auth {

// One of Azure's clouds, by the registries in it.
struct AzureCloud {
  std::string_view registry_suffix;  // ".azurecr.io"
  std::string_view authority;        // "https://login.microsoftonline.com"
  std::string_view resource;         // "https://management.azure.com"
};

// Nothing when `host` is no registry of Azure's.
std::optional<AzureCloud> azure_cloud_of(std::string_view host);

struct EntraOptions {
  enum class Kind {
    managed,   // the machine's, from its metadata service
    workload,  // the pod's: a service account's token is exchanged
  } kind = Kind::managed;
  std::string client_id{};   // empty for managed: the machine's only one
  std::string tenant{};      // workload
  std::string token_file{};  // workload
  std::string authority{};   // workload; empty: the cloud's
  std::string resource{};    // what the token is for; empty: the cloud's management
  std::string metadata_url = "http://169.254.169.254";  // managed
};

// What is empty in `options` is taken from AZURE_CLIENT_ID, AZURE_TENANT_ID,
// AZURE_FEDERATED_TOKEN_FILE and AZURE_AUTHORITY_HOST, which the workload identity webhook sets.
EntraOptions with_environment(EntraOptions options);

// Returns: invalid when something is missing, or a URL is none.
Status check(const EntraOptions& options);

// `metadata` uses no proxy. Returns: as AcrCredentials::credentials.
Result<std::string> get_entra_token(const EntraOptions& options, const AzureCloud& cloud,
                                    http::Client& metadata, http::Client& services,
                                    const CredentialQuestion& question, const Clock& clock);

}  // namespace larder::auth
